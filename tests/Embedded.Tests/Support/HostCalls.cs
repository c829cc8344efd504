using System.Text;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Embedded.Tests;

/// <summary>What tests say to hosts, in short.</summary>
internal static class HostCalls
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    public static KernelId Id(string text) => KernelId.Parse(text);

    public static Task<KernelInfo> DeployScriptAsync(
        this IKernelHost host, string id, string source, params (string Name, string Target)[] ports) =>
        host.DeployAsync(new DeployRequest
        {
            Id = Id(id), Engine = new EngineId("script", 1), Code = Engines.Compile(".gscript", source),
            Ports = [.. ports.Select(p => new KeyValuePair<string, KernelId>(p.Name, Id(p.Target)))],
        });

    public static Task<KernelInfo> DeployMovaAsync(this IKernelHost host, string id, string source) =>
        host.DeployAsync(new DeployRequest
        {
            Id = Id(id), Engine = new EngineId("mova", 1), Code = Engines.Compile(".mova", source),
        });

    public static MessageRequest Message(string to, string entry, string payload = "", string key = "") => new()
    {
        To = Id(to), Entry = entry, Payload = Encoding.UTF8.GetBytes(payload), IdempotencyKey = key,
    };

    public static Task<MessageAccepted> SendAsync(
        this IKernelHost host, string to, string entry, string payload = "", string key = "",
        long gas = KernelLimits.MessageGasDefault) =>
        host.SendAsync(Message(to, entry, payload, key) with { Gas = gas }).WaitAsync(_patience);

    /// <summary>Starts a program that never ends.</summary>
    public static Task<MessageAccepted> StartAsync(this IKernelHost host, string to) =>
        host.SendAsync(to, "start", gas: GasMeter.Unlimited);

    /// <summary>The reply's text; the call must end well.</summary>
    public static async Task<string> AskAsync(
        this IKernelHost host, string to, string entry, string payload = "", string key = "")
    {
        CallResult result = await host.TryAskAsync(to, entry, payload, key);
        string text = Encoding.UTF8.GetString(result.Payload.Span);
        Assert.True(result.Status == ReplyStatus.Ok, $"{to}.{entry}: {result.Status} {text}");
        return text;
    }

    public static Task<CallResult> TryAskAsync(
        this IKernelHost host, string to, string entry, string payload = "", string key = "") =>
        host.CallAsync(Message(to, entry, payload, key)).WaitAsync(_patience);

    /// <summary>The entries under a prefix, as text.</summary>
    public static async Task<string> StateAsync(this IKernelHost host, string id, string prefix)
    {
        StringBuilder text = new();
        StateQuery query = new() { Id = Id(id), Prefix = Encoding.UTF8.GetBytes(prefix), Limit = int.MaxValue };
        await foreach (StateEntry entry in host.ReadStateAsync(query))
        {
            text.Append(Encoding.UTF8.GetString(entry.Key.Span)).Append('=')
                .Append(Convert.ToHexString(entry.Value.Span)).Append('\n');
        }
        return text.ToString();
    }

    public static async Task VerifiesAsync(this IKernelHost host, string id)
    {
        VerifyReport report = await host.VerifyAsync(Id(id), null, null).WaitAsync(_patience);
        Assert.True(report.Accepted, $"{id}: entry {report.FirstDifference}: {report.Reason}");
    }

    /// <summary>The first item of Mova's stack: what counters count; 0 before they began.</summary>
    public static async Task<int> CountAsync(this IKernelHost host, string id)
    {
        MachineState machine = await host.ReadMachineAsync(Id(id)).WaitAsync(_patience);
        string line = machine.Text.Split('\n').First(l => l.Contains("stack", StringComparison.OrdinalIgnoreCase));
        string number = new([.. line[line.IndexOf(':')..]
            .SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(c => char.IsAsciiDigit(c))]);
        return number.Length == 0 ? 0 : int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Waits for something that the host brings about by itself.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        long end = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < end, $"timed out: {what}");
            await Task.Delay(2);
        }
    }

    public static async Task<KernelHostException> RefusedAsync(KernelHostError error, Func<Task> call)
    {
        KernelHostException refusal = await Assert.ThrowsAsync<KernelHostException>(() => call().WaitAsync(_patience));
        Assert.True(refusal.Error == error, $"{refusal.Error}: {refusal.Message}");
        Assert.NotEmpty(refusal.What);
        return refusal;
    }
}
