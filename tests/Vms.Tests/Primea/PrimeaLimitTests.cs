using System.Text;
using System.Text.Json;

namespace Granary.Vms.Tests.Primea;

/// <summary>Hostile scripts: everything that they can make large has an end.</summary>
public sealed class PrimeaLimitTests
{
    private const string One = """{"steps": [{"do": "newActor", "as": "a", "type": 7}]}""";
    private const string Plenty = "9007199254740991";

    [Fact]
    public void Scripts_in_scripts_end_at_64()
    {
        PrimeaKernel kernel = new(One);
        Assert.Equal(64, JsonDocument.Parse(kernel.Call("send", Nested(64))).RootElement.GetArrayLength());
        Assert.Contains("scripts are nested deeper than 64", kernel.Trap("send", Nested(65)).Site);
        Assert.Contains("scripts are nested deeper than 64", kernel.Trap("send", Nested(300)).Site);
        Assert.Equal(TrapKind.BadOperand, kernel.Trap("send", new string('[', 100_000)).Kind);
    }

    [Fact]
    public void Values_in_values_end_at_32()
    {
        static string Push(string open, string close, int depth) => $$"""
            [{"to": "a", "gas": 1, "script": [{"push": {{string.Concat(Enumerable.Repeat(open, depth))}}1{{
                string.Concat(Enumerable.Repeat(close, depth))}}}]}]
            """;
        PrimeaKernel kernel = new(One);
        kernel.Call("send", Push("[", "]", 31));
        kernel.Call("send", Push("{\"link\": ", "}", 31));
        Assert.Contains("values are nested deeper than 32", kernel.Trap("send", Push("[", "]", 32)).Site);
        Assert.Contains("values are nested deeper than 32", kernel.Trap("send", Push("{\"link\": ", "}", 32)).Site);
        PrimeaAudit.Check(kernel.Host);
    }

    [Fact]
    public void Messages_that_multiply_spend_the_gas()
    {
        // Each level sends eight of the next: 8^8 messages, were there gas for them.
        string script = "[]";
        for (int level = 0; level < 6; level++)
        {
            string send = $$$"""{"send": {"to": "a", "gas": 0, "script": {{{script}}}}}""";
            script = $"[{string.Join(',', Enumerable.Repeat(send, 8))}]";
        }
        PrimeaKernel kernel = new(One, VmLimits.Default with { PayloadBytesMax = 64 << 20, CodeBytesMax = 64 << 20 })
        {
            MessageGas = 100_000_000,
        };
        (TrapKind kind, string _) = kernel.Trap("send", $$"""[{"to": "a", "gas": {{Plenty}}, "script": {{script}}}]""");
        Assert.Contains(kind, new[] { TrapKind.OutOfGas, TrapKind.LimitExceeded });
    }

    [Fact]
    public void What_a_world_holds_in_memory_ends()
    {
        // Half of the room is one megabyte here: snapshots of 4 MiB leave 1 MiB.
        PrimeaKernel kernel = new(One, VmLimits.Default with { SnapshotBytesMax = 4 << 20 });
        string big = Convert.ToHexStringLower(new byte[100_000]);
        string push = $$$"""{"push": {"b": "{{{big}}}"}}""";
        string four = $$"""[{"to": "a", "gas": 1, "script": [{{push}}, {{push}}, {{push}}, {{push}}]}]""";
        kernel.Call("send", four);
        Assert.Equal(TrapKind.LimitExceeded, kernel.Trap("send", four).Kind);
        PrimeaAudit.Check(kernel.Host);
    }

    [Fact]
    public void A_storage_list_ends_with_the_size_of_a_value()
    {
        PrimeaKernel kernel = new(One, VmLimits.Default with { ValueBytesMax = 2_000 });
        string push = $$$"""{"push": {"b": "{{{Convert.ToHexStringLower(new byte[500])}}}"}}""";
        for (int i = 0; i < 3; i++)
        {
            kernel.Call("send", $$"""[{"to": "a", "gas": 1, "script": [{{push}}]}]""");
        }
        (TrapKind kind, string site) = kernel.Trap("send", $$"""[{"to": "a", "gas": 1, "script": [{{push}}]}]""");
        Assert.Equal(TrapKind.LimitExceeded, kind);
        Assert.Contains("storage of", site);
        string big = Convert.ToHexStringLower(new byte[2_100]);
        Assert.Equal(TrapKind.LimitExceeded,
            kernel.Trap("newActor", $$"""{"as": "b", "type": 1, "code": "{{big}}"}""").Kind);
        Assert.Equal(TrapKind.LimitExceeded,
            kernel.Trap("newActor", $$"""{"as": "b", "type": 1, "storage": [{"b": "{{big}}"}]}""").Kind);
        Assert.Equal(TrapKind.LimitExceeded, kernel.Trap("send",
            $$$$"""[{"to": "a", "gas": 1, "script": [{"push": {"link": {"b": "{{{{big}}}}"}}}]}]""").Kind);
    }

    [Fact]
    public void An_answer_ends_with_the_size_of_a_payload()
    {
        PrimeaKernel kernel = new(One, VmLimits.Default with { PayloadBytesMax = 3_000 });
        string push = $$$"""{"push": {"b": "{{{Convert.ToHexStringLower(new byte[1_000])}}}"}}""";
        kernel.Call("send", $$"""[{"to": "a", "gas": 1, "script": [{{push}}]}]""");
        kernel.Call("actor", "a");
        kernel.Call("send", $$"""[{"to": "a", "gas": 1, "script": [{{push}}]}]""");
        Assert.Equal((TrapKind.LimitExceeded, "an answer of"), (kernel.Trap("actor", "a").Kind,
            kernel.Trap("actor", "a").Site[..12]));
    }

    [Fact]
    public void Ticks_and_counters_end_without_a_digit_lost()
    {
        PrimeaKernel kernel = new($$"""{"nonce": {{Plenty}}}""");
        Assert.Contains("counter of ids", kernel.Trap("newActor", """{"as": "a", "type": 1}""").Site);
        kernel = new PrimeaKernel(One);
        (TrapKind kind, string site) = kernel.Trap("send", $$"""
            [{"to": "a", "gas": {{Plenty}}, "script": [{"tick": {{Plenty}}}]},
             {"to": "a", "gas": {{Plenty}}, "script": [{"tick": 1}]}]
            """);
        Assert.Equal((TrapKind.LimitExceeded, true), (kind, site.Contains("ticks", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_tick_is_paid_by_the_kernel_once_and_a_budget_when_it_is_used()
    {
        static long Gas(string script, string world = One)
        {
            PrimeaKernel kernel = new(world);
            kernel.Root();
            long before = kernel.GasUsed;
            kernel.Call("send", $$"""[{"to": "a", "gas": 1000000, "script": [{{script}}]}]""");
            return kernel.GasUsed - before;
        }

        Assert.InRange(Gas("""{"tick": 500000}""") - Gas("""{"tick": 100000}"""), 400_000, 400_100);
        long send = Gas("""{"send": {"to": "a", "gas": 500000, "script": [{"tick": 1}]}}""");
        Assert.InRange(send, 1_000, 60_000);
        Assert.InRange(Gas("""{"send": {"to": "a", "gas": 500000, "script": [{"tick": 300000}]}}""") - send,
            299_000, 301_000);
        // Without a meter nothing is charged to actors, and ticks stand for no work.
        string noMeter = One.Replace("{\"steps\"", "{\"meter\": false, \"steps\"", StringComparison.Ordinal);
        Assert.InRange(Gas("""{"tick": 500000}""", noMeter), 1, 60_000);
    }

    [Fact]
    public void Events_that_do_not_fit_are_counted()
    {
        PrimeaKernel kernel = new(One, VmLimits.Default with { PayloadBytesMax = 20_000 });
        string messages = string.Join(',', Enumerable.Repeat("""{"to": "a", "gas": 1}""", 500));
        JsonElement answer = JsonDocument.Parse(kernel.Call("send", $"[{messages}]")).RootElement;
        JsonElement[] events = [.. answer.EnumerateArray()];
        Assert.Equal(500, events.Length - 1 + events[^1].GetProperty("dropped").GetInt32());
    }

    [Fact]
    public void A_world_of_ports_has_an_end_in_each_direction()
    {
        PrimeaKernel kernel = new("""{"model": "ports"}""");
        string instances = string.Join(',', Enumerable.Repeat("""{"instance": {"type": 1}}""", 5_000));
        Assert.Equal(TrapKind.LimitExceeded, kernel.Trap("send", $$"""[{"script": [{{instances}}]}]""").Kind);
        string channels = string.Join(',', Enumerable.Range(0, 20_000)
            .Select(i => $$"""{"channel": ["a{{i}}", "b{{i}}"]}"""));
        Assert.Equal(TrapKind.LimitExceeded, kernel.Trap("send", $$"""[{"script": [{{channels}}]}]""").Kind);
        string sends = string.Join(',', Enumerable.Repeat("""{"send": {"port": "a"}}""", 40_000));
        Assert.Equal(TrapKind.LimitExceeded, kernel.Trap("send", $$"""
            [{"script": [{"channel": ["a", "b"]}, {"bind": ["a", "a"]}, {"bind": ["b", "b"]}, {{sends}}]}]
            """).Kind);
    }

    private static string Nested(int depth)
    {
        StringBuilder text = new("[{\"to\": \"a\", \"gas\": 0, \"script\": [");
        for (int i = 1; i < depth; i++)
        {
            text.Append("{\"send\": {\"to\": \"a\", \"gas\": 0, \"script\": [");
        }
        for (int i = 1; i < depth; i++)
        {
            text.Append("]}}");
        }
        return text.Append("]}]").ToString();
    }
}
