using System.Globalization;
using System.Text;
using System.Text.Json;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Gateway;

/// <summary>
/// The bytes of the last events as streams send them: made once, not once for each of a thousand streams.
/// </summary>
/// <remarks>Streams are about equally far, so few events are enough. A race only makes bytes twice.</remarks>
internal sealed class EventTexts
{
    private const int KeptMax = 256;

    /// <summary>Larger ones are not kept: all together are 4 MiB at most.</summary>
    private const int KeptBytesMax = 16 << 10;

    private readonly Kept?[] _kept = new Kept?[KeptMax];

    public ReadOnlyMemory<byte> Of(KernelEvent e)
    {
        ref Kept? place = ref _kept[e.EventId % KeptMax];
        // The very object: what a slow watcher is told it missed has the id of another event.
        if (Volatile.Read(ref place) is { } kept && ReferenceEquals(kept.Event, e))
        {
            return kept.Bytes;
        }
        byte[] bytes = Make(e);
        if (bytes.Length <= KeptBytesMax)
        {
            Volatile.Write(ref place, new Kept(e, bytes));
        }
        return bytes;
    }

    private static byte[] Make(KernelEvent e)
    {
        string id = e.EventId.ToString(NumberFormatInfo.InvariantInfo);
        // JSON has no line breaks, so the data is one line.
        return
        [
            .. Encoding.ASCII.GetBytes($"id: {id}\nevent: {ToApi.Word(e.Kind)}\ndata: "),
            .. JsonSerializer.SerializeToUtf8Bytes(ToApi.Event(e), ApiJson.Default.ApiEvent),
            .. "\n\n"u8,
        ];
    }

    private sealed record Kept(KernelEvent Event, byte[] Bytes);
}
