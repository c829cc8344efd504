using System.Text;
using Granary.Kernels;

namespace Granary.Client.Tests.Examples;

internal static class ProveAndFork
{
    /// <summary>A stored value that needs no trust in the node, only in the root.</summary>
    public static async Task<string?> ReadProvenAsync(IKernelHost node, KernelId id, string key, Hash root)
    {
        byte[] path = Encoding.UTF8.GetBytes("data/" + key);
        StateEvidence evidence = await node.ProveAsync(id, path);
        return evidence.Proof.Verify(root, path, out ReadOnlyMemory<byte>? value) && value is { } bytes
            ? Encoding.UTF8.GetString(bytes.Span)
            : null;
    }

    /// <summary>Keeps a checkpoint, tries something on a copy, and says whether the copy can be believed.</summary>
    public static async Task<bool> TryOutAsync(IKernelHost node, KernelId id, KernelId copy, string entry)
    {
        SnapshotInfo before = await node.SnapshotAsync(id, "before");
        await node.ForkAsync(id, copy, new CheckpointRef { Root = before.Root });
        await node.CallTextAsync(copy, entry, "1");
        VerifyReport report = await node.VerifyAsync(copy, from: null, progress: null);
        return report.Accepted;
    }
}
