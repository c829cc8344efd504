using System.Text.Json;
using System.Text.Json.Nodes;

namespace Granary.Vms.Tests.Primea;

public sealed class PortsTests
{
    private const string World = """{"model": "ports"}""";
    private const int Seeds = 60;

    public static TheoryData<int> SeedData => [.. Enumerable.Range(1, Seeds)];

    [Theory]
    [MemberData(nameof(SeedData))]
    public void Every_order_that_the_rule_of_ports_allows_tells_each_instance_the_same(int seed)
    {
        JsonArray[] runs = Scenario(seed);
        PrimeaKernel kernel = new(World);
        List<JsonElement> events = [];
        foreach (JsonArray messages in runs)
        {
            events.AddRange(Send(kernel, messages));
        }
        Dictionary<string, List<string>> seen = events.GroupBy(e => e.GetProperty("to").GetString()!)
            .ToDictionary(g => g.Key, g => g.Select(Text).ToList());
        for (int schedule = 0; schedule < 5; schedule++)
        {
            PortsModel model = new(new Random((seed * 1000) + schedule));
            foreach (JsonArray messages in runs)
            {
                model.Run(messages);
            }
            Assert.Equal(model.Seen.Keys.Order(), seen.Keys.Order());
            foreach ((string id, List<string> expected) in model.Seen)
            {
                Assert.True(expected.SequenceEqual(seen[id]), $"Seed {seed}, schedule {schedule}, instance {id}:\n"
                    + $"{string.Join('\n', expected)}\nbut was\n{string.Join('\n', seen[id])}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(SeedData))]
    public void The_order_in_which_the_host_sends_does_not_show(int seed)
    {
        PrimeaKernel one = new(World);
        PrimeaKernel other = new(World);
        Random random = new(seed);
        foreach (JsonArray messages in Scenario(seed))
        {
            // Ticks of their own: of two that came at the same time the host says which is first.
            for (int i = 0; i < messages.Count; i++)
            {
                messages[i]!["fromTicks"] = i * 7;
            }
            JsonNode[] shuffled = [.. messages.Select(m => m!.DeepClone())];
            random.Shuffle(shuffled);
            Assert.Equal(Send(one, messages).Select(Text), Send(other, new JsonArray(shuffled)).Select(Text));
            Assert.Equal(one.Root(), other.Root());
        }
    }

    [Theory]
    [MemberData(nameof(SeedData))]
    public void Ticks_never_go_back_and_messages_come_in_their_order(int seed)
    {
        PrimeaKernel kernel = new(World);
        foreach (JsonArray messages in Scenario(seed))
        {
            Dictionary<string, long> ticks = [];
            foreach (JsonElement e in Send(kernel, messages))
            {
                string to = e.GetProperty("to").GetString()!;
                long begin = e.GetProperty("ticks").GetInt64();
                Assert.True(begin >= e.GetProperty("fromTicks").GetInt64(), $"Seed {seed}: {e}");
                Assert.True(begin >= ticks.GetValueOrDefault(to), $"Seed {seed}: {e}");
                ticks[to] = e.GetProperty("endTicks").GetInt64();
            }
        }
    }

    [Fact]
    public void Of_messages_with_the_same_ticks_the_one_at_the_older_port_is_first()
    {
        // Two instances send to a third at tick 11; it has bound the second one's channel first.
        PrimeaKernel kernel = new(World);
        kernel.Call("send", """
            [{"label": "found", "script": [
              {"channel": ["a0", "a1"]}, {"channel": ["b0", "b1"]},
              {"instance": {"type": 1, "label": "receiver", "ports": ["a0", "b0"], "script": [
                {"bind": ["second", "p1"]}, {"bind": ["first", "p0"]}]}},
              {"instance": {"type": 2, "label": "a", "ports": ["a1"], "script": [{"bind": ["out", "p0"]},
                {"tick": 7}, {"send": {"port": "out", "label": "from a", "script": []}}]}},
              {"instance": {"type": 3, "label": "b", "ports": ["b1"], "script": [{"bind": ["out", "p0"]},
                {"tick": 6}, {"send": {"port": "out", "label": "from b", "script": []}}]}}]}]
            """);
        string[] events = [.. Send(kernel, JsonNode.Parse("[]")!.AsArray()).Select(Text)];
        Assert.Empty(events);
        PrimeaKernel again = new(World);
        JsonElement[] all = [.. JsonDocument.Parse(again.Call("send", Tie)).RootElement.EnumerateArray()];
        JsonElement[] received = [.. all.Where(e => e.GetProperty("label").GetString()!.StartsWith("from"))];
        Assert.Equal(["from b", "from a"], received.Select(e => e.GetProperty("label").GetString()));
        Assert.Single(received.Select(e => e.GetProperty("fromTicks").GetInt64()).Distinct());
    }

    [Fact]
    public void A_port_that_nobody_binds_is_deleted_when_the_message_is_handled()
    {
        PrimeaKernel kernel = new(World);
        JsonElement[] events = [.. JsonDocument.Parse(kernel.Call("send", """
            [{"label": "found", "script": [{"channel": ["x", "y"]}, {"bind": ["keep", "x"]}]}]
            """)).RootElement.EnumerateArray()];
        Assert.Equal(["found ok", " deleted"], events.Select(LabelAndResult));
        // The port is gone with its other end: its name is free again.
        Assert.Equal(["again ok", " deleted"], JsonDocument.Parse(kernel.Call("send", """
            [{"label": "again", "script": [{"channel": ["x", "y"]}, {"bind": ["keep", "x"]}]}]
            """)).RootElement.EnumerateArray().Select(LabelAndResult));
    }

    [Fact]
    public void A_root_collects_the_instances_that_the_root_instance_cannot_reach()
    {
        PrimeaKernel kernel = new(World);
        string empty = kernel.Root();
        kernel.Call("send", """
            [{"label": "found", "script": [{"channel": ["x", "y"]}, {"bind": ["child", "x"]},
              {"instance": {"type": 4, "ports": ["y"], "script": [{"bind": ["up", "p0"]}, {"channel": ["x", "y"]},
                {"bind": ["down", "x"]}, {"instance": {"type": 5, "ports": ["y"], "script": [{"bind": ["up", "p0"]}]}}
              ]}}]}]
            """);
        string three = kernel.Root();
        Assert.Equal(3, Describe(kernel).Split("instance ").Length - 1);
        Assert.NotEqual(empty, three);
        Assert.Equal(three, kernel.Root());
        kernel.Call("send", """[{"script": [{"delete": "child"}]}]""");
        Assert.Equal(3, Describe(kernel).Split("instance ").Length - 1);
        kernel.Root();
        Assert.Equal(1, Describe(kernel).Split("instance ").Length - 1);
    }

    [Theory]
    [InlineData("""{"bind": ["a", "x"]}""", "unknown port x")]
    [InlineData("""{"unbind": ["a", "x"]}""", "unknown port a")]
    [InlineData("""{"delete": "x"}""", "unknown port x")]
    [InlineData("""{"send": {"port": "a"}}""", "unknown port a")]
    [InlineData("""{"send": {"port": "self", "ports": ["self"]}}""", "port self is bound")]
    [InlineData("""{"bind": ["again", "self"]}""", "port self is bound")]
    [InlineData("""{"bind": ["self", "spare"]}""", "name taken self")]
    [InlineData("""{"channel": ["n", "spare"]}""", "name taken spare")]
    [InlineData("""{"unbind": ["self", "spare"]}""", "name taken spare")]
    [InlineData("""{"send": {"port": "self", "ports": ["spare", "spare"]}}""", "port spare is sent twice")]
    [InlineData("""{"put": [0, 1]}""", "index out of range")]
    public void What_ports_do_not_allow_is_an_error_of_the_script(string step, string error)
    {
        PrimeaKernel kernel = new(World);
        string events = kernel.CallText("send", $$"""
            [{"label": "m", "script": [{"channel": ["x1", "y1"]}, {"bind": ["self", "x1"]}, {"bind": ["other", "y1"]},
              {"channel": ["spare", "spare2"]}, {{step}}]}]
            """);
        Assert.Equal(error, JsonDocument.Parse(events).RootElement[0].GetProperty("result").GetString());
    }

    [Fact]
    public void Ends_that_travel_inside_their_own_channel_are_given_up()
    {
        PrimeaKernel kernel = new(World);
        string[] events = [.. JsonDocument.Parse(kernel.Call("send", """
            [{"label": "m", "script": [{"channel": ["x", "y"]}, {"bind": ["a", "x"]},
              {"send": {"port": "a", "ports": ["y"], "label": "lost"}}]}]
            """)).RootElement.EnumerateArray().Select(LabelAndResult)];
        Assert.Equal(["m ok", " deleted"], events);
    }

    private const string Tie = """
        [{"label": "found", "script": [
          {"channel": ["a0", "a1"]}, {"channel": ["b0", "b1"]},
          {"instance": {"type": 1, "label": "receiver", "ports": ["a0", "b0"], "script": [
            {"bind": ["second", "p1"]}, {"bind": ["first", "p0"]}]}},
          {"instance": {"type": 2, "label": "a", "ports": ["a1"], "script": [{"bind": ["out", "p0"]},
            {"tick": 7}, {"send": {"port": "out", "label": "from a", "script": []}}]}},
          {"instance": {"type": 3, "label": "b", "ports": ["b1"], "script": [{"bind": ["out", "p0"]},
            {"tick": 6}, {"send": {"port": "out", "label": "from b", "script": []}}]}}]}]
        """;

    private static JsonArray[] Scenario(int seed)
    {
        PortsScenario scenario = new(new Random(seed));
        return [scenario.Messages(6), scenario.Messages(8)];
    }

    private static IEnumerable<JsonElement> Send(PrimeaKernel kernel, JsonArray messages) =>
        JsonDocument.Parse(kernel.Call("send", messages.ToJsonString())).RootElement.EnumerateArray();

    private static string Describe(PrimeaKernel kernel) =>
        BuiltInEngines.All.FindNewest("primea")!.Describe(kernel.Save());

    private static string LabelAndResult(JsonElement e) => $"{e.GetProperty("label")} {e.GetProperty("result")}";

    private static string Text(JsonElement e) =>
        $"{e.GetProperty("label")} {e.GetProperty("port")} {e.GetProperty("fromTicks")} {e.GetProperty("ticks")} "
        + $"{e.GetProperty("result")} {e.GetProperty("endTicks")}";
}
