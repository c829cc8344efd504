using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;
using static Granary.Embedded.Tests.HostCalls;

namespace Granary.Embedded.Tests;

/// <summary>Traces of past messages: what is shown is what ran, and looking changes nothing.</summary>
public sealed class TraceTests
{
    // The first contract calls the second and returns what it answers: 2 + 3.
    private const string World = """
        {
          "config": { "chainId": 1, "rules": "cancun" }, "gasLimit": "30000000", "baseFeePerGas": "0",
          "alloc": {
            "0x00000000000000000000000000000000000000aa": {
              "code": "0x6020600060006000600060bb5af1506020600060003e60206000f3"
            },
            "0x00000000000000000000000000000000000000bb": { "code": "0x600260030160005260206000f3" }
          }
        }
        """;

    private static readonly string[] _count =
    [
        "put 3", "print", "add 4", "print", "put 7", "print",
    ];

    [Fact]
    public async Task Every_instruction_of_a_message_is_there_with_the_stack_before_it()
    {
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(new MemoryStore(), Engines.All);
        await DeployAssemblyAsync(host, "m", string.Join('\n', _count));
        MessageAccepted first = await host.SendAsync("m", "start");
        MessageAccepted second = await host.SendAsync("m", "start");
        await UntilAsync("both are done", async () => (await host.GetAsync(Id("m"))).InboxCount == 0
            && (await host.GetAsync(Id("m"))).Status == KernelStatus.Idle);
        foreach (MessageAccepted message in new[] { first, second })
        {
            List<TraceStep> steps = await TraceAsync(host, new TraceQuery(Id("m"), message.Position));
            Assert.Equal(_count, steps.Select(s => s.Step.Instruction));
            Assert.Equal(["", "3", "3", "7", "7", "7 7"], steps.Select(s => s.Step.Values[0].Value));
            Assert.Equal(Enumerable.Range(1, 6), steps.Select(s => (int)s.Number));
            Assert.Equal(0, steps[0].Gas);
            List<TraceStep> rest = await TraceAsync(host, new TraceQuery(Id("m"), message.Position, After: 4));
            Assert.Equal(["put 7", "print"], rest.Select(s => s.Step.Instruction));
        }
        await host.VerifiesAsync("m");
    }

    [Fact]
    public async Task A_long_run_is_traced_beyond_what_is_kept_at_a_time_also_while_it_runs()
    {
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(new MemoryStore(), Engines.All);
        await host.DeployMovaAsync("m", Programs.Endless);
        MessageAccepted start = await host.StartAsync("m");
        await host.SnapshotAsync(Id("m"), "later");
        ulong number = 0;
        await foreach (TraceStep step in host.TraceAsync(new TraceQuery(Id("m"), start.Position)))
        {
            Assert.Equal(++number, step.Number);
            if (number == 25_000)
            {
                break;
            }
        }
        Assert.Equal(25_000ul, number);
    }

    [Fact]
    public async Task A_transaction_shows_its_calls_and_words()
    {
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(new MemoryStore(), Engines.All);
        await host.DeployAsync(new DeployRequest
        {
            Id = Id("w"), Engine = new EngineId("evm", 1), Code = Engines.Compile(".genesis", World),
        });
        string call = """{"to":"0x00000000000000000000000000000000000000aa"}""";
        Assert.EndsWith("05", await host.AskAsync("w", "call", call));
        JournalItem message = await host.ReadJournalAsync(Id("w"), 0).FirstAsync(i => i.Kind == "received");
        List<TraceStep> steps = await TraceAsync(host, new TraceQuery(Id("w"), message.Position));
        int at = steps.FindIndex(s => s.Step.Instruction == "CALL");
        Assert.Equal(1, steps[at].Step.Depth);
        Assert.Equal((2, 0L), (steps[at + 1].Step.Depth, steps[at + 1].Step.Position));
        int add = steps.FindIndex(s => s.Step.Instruction == "ADD");
        Assert.Equal("0x2 0x3", steps[add].Step.Values.Single(v => v.Key == "stack").Value);
        Assert.Equal("0x5", steps[add + 1].Step.Values.Single(v => v.Key == "stack").Value);
        Assert.Equal(1, steps[^1].Step.Depth);
        Assert.Equal("RETURN", steps[^1].Step.Instruction);
        await host.VerifiesAsync("w");
    }

    [Fact]
    public async Task A_message_that_waited_for_a_reply_is_one_trace()
    {
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(new MemoryStore(), Engines.All);
        await host.DeployScriptAsync("a", Programs.Adder);
        await host.DeployScriptAsync("p", Programs.Peer, ("peer", "a"));
        Assert.Equal("5", await host.AskAsync("p", "put", "5"));
        JournalItem message = await host.ReadJournalAsync(Id("p"), 0).FirstAsync(i => i.Kind == "received");
        List<TraceStep> steps = await TraceAsync(host, new TraceQuery(Id("p"), message.Position));
        Assert.Equal("await total c", steps[2].Step.Instruction);
        Assert.Equal("halt total", steps[^1].Step.Instruction);
        Assert.Equal(new KeyValuePair<string, string>("total", "\"5\""), steps[^1].Step.Values[0]);
        await host.VerifiesAsync("p");
    }

    [Fact]
    public async Task What_was_never_handled_and_what_has_no_traces_is_refused()
    {
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(new MemoryStore(), Engines.All);
        await DeployAssemblyAsync(host, "m", "put 1");
        KernelHostException error = await RefusedAsync(
            KernelHostError.BadRequest, () => TraceAsync(host, new TraceQuery(Id("m"), 77)));
        Assert.Contains("message 77", error.What, StringComparison.Ordinal);
        await RefusedAsync(
            KernelHostError.NoSuchKernel, () => TraceAsync(host, new TraceQuery(Id("nobody"), 2)));
        await host.DeployAsync(new DeployRequest
        {
            Id = Id("x"), Engine = new EngineId("primea", 1), Code = Engines.Compile(
                ".primea",
                """{"model": "ports", "steps": [{"do": "send", "messages": [{"label": "a", "script": []}]}]}"""),
        });
        await host.TryAskAsync("x", "a");
        error = await RefusedAsync(KernelHostError.BadRequest, () => TraceAsync(host, new TraceQuery(Id("x"), 3)));
        Assert.Contains("primea@1", error.What, StringComparison.Ordinal);
    }

    private static Task<KernelInfo> DeployAssemblyAsync(IKernelHost host, string id, string text) =>
        host.DeployAsync(new DeployRequest
        {
            Id = Id(id), Engine = new EngineId("mova", 1), Code = Engines.Compile(".movasm", text + "\n"),
        });

    private static async Task<List<TraceStep>> TraceAsync(IKernelHost host, TraceQuery query) =>
        await host.TraceAsync(query).ToListAsync();
}
