using System.Globalization;
using System.Text;
using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>A kernel after the run, executed once more from its beginning.</summary>
internal sealed class FinalKernel(Kernel kernel, KernelHead first, INodeSource nodes)
{
    private readonly StateTree _tree = kernel.CommittedTree;

    public KernelId Id => kernel.Id;

    public KernelStatus Status => kernel.Status;

    public KernelSummary Summary => kernel.Summary;

    public Hash Root => _tree.Root;

    /// <summary>Where execution began.</summary>
    public KernelHead First => first;

    public List<JournalEntry> Entries { get; } = [];

    /// <summary>Everything that it ever asked for, in order.</summary>
    public List<Effect> Effects { get; } = [];

    /// <summary>What its program stores under a key; null for nothing.</summary>
    public string? Text(string key) => Text(_tree, key);

    public long Number(string key) => ToNumber(Text(key));

    /// <summary>The number under the key <c>n</c> as of another root.</summary>
    public long NumberAt(in Hash root) => ToNumber(Text(StateTree.Open(root, nodes), "n"));

    private static long ToNumber(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, NumberFormatInfo.InvariantInfo, out long number)
            ? number
            : 0;

    private static string? Text(StateTree tree, string key) =>
        tree.TryGet(TreeKeys.OfData(Encoding.UTF8.GetBytes(key)), out ReadOnlyMemory<byte> value)
            ? Encoding.Latin1.GetString(value.Span)
            : null;

    /// <summary>All that its program stores, in the order of the keys.</summary>
    public IEnumerable<KeyValuePair<string, string>> Data()
    {
        foreach ((ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) in _tree.Range(TreeKeys.Of(TreeKeys.Data)))
        {
            yield return KeyValuePair.Create(
                Encoding.Latin1.GetString(key.Span[TreeKeys.Data.Length..]), Encoding.Latin1.GetString(value.Span));
        }
    }
}
