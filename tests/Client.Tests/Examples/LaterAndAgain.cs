using System.Text;
using Granary.Kernels;

namespace Granary.Client.Tests.Examples;

internal static class LaterAndAgain
{
    /// <summary>Has a kernel tidy up each night, whatever becomes of this process.</summary>
    public static Task<KernelInfo> TidyEachNightAsync(IKernelHost node, KernelId id, DateTimeOffset first) =>
        node.SetTimerAsync(id, "nightly", new KernelTimer(
            first.ToUnixTimeMilliseconds(), (long)TimeSpan.FromDays(1).TotalMilliseconds, "tidy",
            Payload: default, KernelLimits.MessageGasDefault));

    /// <summary>Tries everything again that came to nothing, and says what it was.</summary>
    public static async Task<IReadOnlyList<string>> TryAgainAsync(IKernelHost node, KernelId id)
    {
        List<string> tried = [];
        foreach (DeadLetterInfo info in await node.ListDeadLettersAsync(id))
        {
            await node.ResendDeadLetterAsync(id, info.Number);
            string text = Encoding.UTF8.GetString(info.Letter.Message.Payload.Span);
            tried.Add($"{info.Letter.Message.Entry} {text}: {info.Letter.Reason}");
        }
        return tried;
    }

    /// <summary>Where a kernel can send, for example <c>out</c> to <c>bank#3</c>.</summary>
    public static async Task<IReadOnlyDictionary<string, Port>> PortsAsync(IKernelHost node, KernelId id)
    {
        Dictionary<string, Port> ports = [];
        await foreach (PortInfo held in node.ListPortsAsync(id))
        {
            ports[held.Name] = held.Port;
        }
        return ports;
    }
}
