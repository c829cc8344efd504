using System.Text.Json;

namespace Granary.Gateway.Tests;

/// <summary>For each operation of the description, one request that is right, on a node that <see cref="PrepareAsync"/>
/// made ready.</summary>
internal static class Samples
{
    public static IReadOnlyDictionary<string, Sample> ById { get; } = new Dictionary<string, Sample>
    {
        ["listEngines"] = new("/v1/engines"),
        ["listKernels"] = new("/v1/kernels?after=a&limit=2"),
        ["deployKernel"] = new(
            "/v1/kernels?id=fresh&engine=script@1&port=x=a", _ => Node.Bytes(Node.Compile(Node.Counter))),
        ["getKernel"] = new("/v1/kernels/a"),
        ["deleteKernel"] = new("/v1/kernels/gone"),
        ["pauseKernel"] = new("/v1/kernels/paused/pause"),
        ["resumeKernel"] = new("/v1/kernels/paused/resume"),
        ["cancelMessage"] = new("/v1/kernels/waiting/cancel?message=4"),
        ["listPorts"] = new("/v1/kernels/a/ports?after=a&limit=2"),
        ["setPort"] = new("/v1/kernels/a/ports/next", _ => Node.Json("""{"target":"b"}""")),
        ["removePort"] = new("/v1/kernels/a/ports/next"),
        ["sendMessage"] = new("/v1/kernels/a/messages?entry=add&gas=1000000&within=60", _ => Node.Bytes("1")),
        ["callKernel"] = new("/v1/kernels/a/calls?entry=add&gas=none&within=1.5&timeout=20", _ => Node.Bytes("1")),
        ["awaitCall"] = new("/v1/kernels/a/calls/known?timeout=20"),
        ["listTimers"] = new("/v1/kernels/a/timers?after=a&limit=2"),
        ["setTimer"] = new(
            "/v1/kernels/a/timers/new?entry=add&gas=1000000&due=2000000000000&delay=0.5&period=60",
            _ => Node.Bytes("1")),
        ["clearTimer"] = new("/v1/kernels/a/timers/old"),
        ["listDeadLetters"] = new("/v1/kernels/dead/dead-letters?after=0&limit=1"),
        ["resendDeadLetter"] = new("/v1/kernels/dead/dead-letters/1/resend"),
        ["dropDeadLetter"] = new("/v1/kernels/dead/dead-letters/2"),
        ["readState"] = new("/v1/kernels/a/state?prefix=64&after=64&limit=1&at=kept"),
        ["proveState"] = new("/v1/kernels/a/proof?key=646174612f6e"),
        ["listSnapshots"] = new("/v1/kernels/a/snapshots"),
        ["takeSnapshot"] = new("/v1/kernels/a/snapshots/another"),
        ["forkKernel"] = new("/v1/kernels/a/fork", _ => Node.Json("""{"newId":"forked","from":"kept"}""")),
        ["rollbackKernel"] = new("/v1/kernels/a/rollback", _ => Node.Json("""{"to":"kept"}""")),
        ["readJournal"] = new("/v1/kernels/a/journal?after=1&limit=2"),
        ["traceMessage"] = new("/v1/kernels/a/trace?message=3&after=1&limit=2"),
        ["verifyKernel"] = new("/v1/kernels/a/verify?from=kept"),
        ["exportKernel"] = new("/v1/kernels/a/bundle"),
        ["importKernel"] = new("/v1/kernels/import?id=imported", r => Node.Bytes(r.Bundle)),
        ["verifyBundle"] = new("/v1/verify", r => Node.Bytes(r.Bundle)),
        ["readMachine"] = new("/v1/kernels/a/machine"),
        ["writeMachine"] = new("/v1/kernels/b/machine", r => Node.Json(r.Machine)),
        ["watchEvents"] = new("/v1/events?kernel=a&after=1"),
        ["isLive"] = new("/health/live"),
        ["isReady"] = new("/health/ready"),
        ["readMetrics"] = new("/metrics"),
        ["describeApi"] = new("/openapi/v1.json"),
    };

    /// <summary>Makes what the requests speak of.</summary>
    public static async Task<Ready> PrepareAsync(Node node, params (string Name, string Value)[] headers)
    {
        foreach (string id in new[] { "a", "b", "gone", "paused", "waiting", "dead" })
        {
            await node.DeployAsync(id);
        }
        await node.AskAsync(
            "POST", "/v1/kernels/a/calls?entry=add", 200, Node.Bytes("1"), [("Idempotency-Key", "known"), .. headers]);
        await node.AskAsync("PUT", "/v1/kernels/a/snapshots/kept", 201, null, headers);
        await node.AskAsync("PUT", "/v1/kernels/a/timers/old?delay=3600", 200, Node.Bytes(""), headers);
        await node.AskAsync("POST", "/v1/kernels/waiting/pause", 200, null, headers);
        await node.AskAsync("POST", "/v1/kernels/waiting/messages", 202, Node.Bytes("1"), headers);
        await node.BuryAsync("dead", 2);
        using HttpResponseMessage bundle = await node.SendAsync("GET", "/v1/kernels/b/bundle", null, headers);
        JsonElement machine = await node.AskAsync("GET", "/v1/kernels/b/machine", 200, null, headers);
        return new Ready(await bundle.Content.ReadAsByteArrayAsync(), machine.GetRawText());
    }
}

internal sealed record Ready(byte[] Bundle, string Machine);

internal sealed record Sample(string Path, Func<Ready, HttpContent>? Body = null);
