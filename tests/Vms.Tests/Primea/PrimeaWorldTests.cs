using System.Text;
using System.Text.Json;

namespace Granary.Vms.Tests.Primea;

public sealed class PrimeaWorldTests
{
    private const string Two = """
        {"steps": [{"do": "newActor", "as": "a", "type": 7}, {"do": "newActor", "as": "b", "type": 7}]}
        """;

    [Fact]
    public void The_published_roots_of_the_original_tests_come_out()
    {
        Assert.Equal("68963e586720f1edcb39eb8ebdde75e6367ee0aa", new PrimeaKernel("{}").Root());
        PrimeaKernel kernel = new("{}");
        kernel.Call("newActor", """{"as": "a", "type": 9}""");
        Assert.Equal("be8e779df9d2ba23e5a6fcb3e551708cbc0fde82", kernel.Root());
    }

    [Fact]
    public void A_world_is_founded_with_its_first_message()
    {
        PrimeaKernel kernel = new(PrimeaSamples.Read("bazaar"));
        JsonElement customer = JsonDocument.Parse(kernel.Call("actor", "customer")).RootElement;
        Assert.Equal(8, customer.GetProperty("type").GetInt32());
        // Two ids and the bread that the baker sent.
        Assert.StartsWith("83d829", customer.GetProperty("storageCbor").GetString());
        Assert.Equal("0xdccead91d16efa14aaf71d5be57d74ae1e039940", $"0x{kernel.Root()}");
    }

    [Fact]
    public void A_founding_that_traps_leaves_nothing_and_is_tried_again()
    {
        PrimeaKernel kernel = new("""{"steps": [{"do": "send", "messages": [{"to": "nobody", "gas": 1}]}]}""");
        Assert.Equal((TrapKind.BadOperand, "founding the world: unknown name nobody"), kernel.Trap("root", ""));
        Assert.Empty(kernel.Host.Data);
        Assert.Equal(TrapKind.BadOperand, kernel.Trap("root", "").Kind);
    }

    [Fact]
    public void What_goes_to_the_driver_is_an_event_or_leaves_through_the_port_egress()
    {
        const string Message =
            """[{"to": "a", "gas": 90, "script": [{"egress": {"gas": 40, "label": "out", "data": "cafe"}}]}]""";
        PrimeaKernel kernel = new(Two);
        kernel.Call("send", Message);
        (string topic, byte[] payload) = Assert.Single(kernel.Host.Emits);
        Assert.Equal(("egress", "cafe"), (topic, Convert.ToHexStringLower(payload)));

        kernel.Host.Ports.Add("egress", "driver");
        kernel.Call("send", Message);
        TestMessage sent = Assert.Single(kernel.Host.Sends);
        Assert.Equal(("egress", "egress", 40L), (sent.Port, sent.Entry, sent.Gas));
        Assert.Single(kernel.Host.Emits);
    }

    [Theory]
    [InlineData("""{"send": {"to": "x", "gas": 1}}""")]
    [InlineData("""{"push": {"id": "x"}}""")]
    [InlineData("""{"push": [1, {"link": {"b": "00"}}, {"actorRef": "x"}]}""")]
    [InlineData("""{"push": {"func": {"actor": "x", "gas": 1}}}""")]
    [InlineData("""{"actor": {"as": "y", "module": "x"}}""")]
    [InlineData("""{"new": {"as": "y", "type": 1, "storage": [{"link": 1}, {"id": "x"}]}}""")]
    public void A_name_that_nothing_has_is_an_error_that_leaves_no_block(string step)
    {
        PrimeaKernel kernel = new(Two);
        string events = kernel.CallText("send", $$"""[{"to": "a", "gas": 9, "script": [{{step}}, {"push": 1}]}]""");
        JsonElement handled = JsonDocument.Parse(events).RootElement[0];
        Assert.Equal("unknown name x", handled.GetProperty("result").GetString());
        Assert.Equal(9, handled.GetProperty("gasLeft").GetInt64());
        PrimeaAudit.Check(kernel.Host);
    }

    [Fact]
    public void An_actor_that_a_root_of_before_does_not_have_cannot_be_reached()
    {
        PrimeaKernel kernel = new(Two);
        string before = kernel.Root();
        kernel.Call("newActor", """{"as": "c", "type": 1}""");
        kernel.Call("setRoot", before);
        Assert.Equal("null", kernel.CallText("actor", "c"));
        Assert.Contains("no such actor", kernel.CallText("send", """[{"to": "c", "gas": 1}]"""));
        Assert.Equal(before, kernel.Root());
        PrimeaAudit.Check(kernel.Host);
    }

    [Fact]
    public void Sixteen_roots_can_be_gone_back_to_and_the_one_before_them_is_gone()
    {
        PrimeaKernel kernel = new(Two);
        List<string> roots = [];
        for (int i = 0; i < 17; i++)
        {
            kernel.Call("send", """[{"to": "a", "gas": 1, "script": [{"push": {"link": [1]}}]}]""");
            roots.Add(kernel.Root());
            PrimeaAudit.Check(kernel.Host);
        }
        Assert.Contains("none of the last 16 roots", kernel.Trap("setRoot", roots[0]).Site);
        foreach (string root in roots.Skip(1).Reverse())
        {
            kernel.Call("setRoot", root);
            Assert.Equal(root, kernel.Root());
            PrimeaAudit.Check(kernel.Host);
        }
    }

    [Fact]
    public void A_world_does_not_grow_with_what_happened_in_it()
    {
        PrimeaKernel kernel = new(Two);
        long Bytes() => kernel.Host.Data.Sum(pair => (long)pair.Key.Length + pair.Value.Length);
        long size = 0;
        for (int i = 0; i < 60; i++)
        {
            kernel.Call("send", $$"""[{"to": "a", "gas": 9, "script": [{"pop": 1}, {"push": {{i % 20}}}]}]""");
            kernel.Root();
            size = i == 20 ? Bytes() : size;
        }
        Assert.InRange(Bytes(), size / 2, size * 2);
    }

    [Theory]
    [InlineData("nothing", "", TrapKind.NoSuchEntry, "there is no entry point \"nothing\"")]
    [InlineData("send", "", TrapKind.BadOperand, "line 1, column 1: this is no JSON")]
    [InlineData("send", "{", TrapKind.BadOperand, "line 1, column 2: ")]
    [InlineData("send", "[{\"to\": \"a\"}]", TrapKind.BadOperand, "line 1, column 2: a message has no field \"gas\"")]
    [InlineData("send", "[\n {\"to\": \"a\", \"gas\": -1}]", TrapKind.BadOperand,
        "line 2, column 21: gas: a whole number")]
    [InlineData("send", "[{\"to\": \"a\", \"gas\": 1, \"gas\": 1}]", TrapKind.BadOperand, "stands here twice")]
    [InlineData("send", "[{\"to\": \"a\", \"gsa\": 1}]", TrapKind.BadOperand, "there is no field \"gsa\" here")]
    [InlineData("send", "[{\"to\": \"zz\", \"gas\": 1}]", TrapKind.BadOperand, "unknown name zz")]
    [InlineData("send", "[{\"to\": \"a\", \"gas\": 1, \"script\": [{\"fly\": 1}]}]", TrapKind.BadOperand,
        "there is no instruction \"fly\"")]
    [InlineData("send", "[{\"to\": \"a\", \"gas\": 1, \"script\": [{\"push\": 1.5}]}]", TrapKind.BadOperand,
        "a whole number of at most 64 bits")]
    [InlineData("send", "[{\"to\": \"a\", \"gas\": 1, \"script\": [{\"push\": \"x\"}]}]", TrapKind.BadOperand,
        "a value is expected")]
    [InlineData("send", "[{\"to\": \"a\\ud800\", \"gas\": 1}]", TrapKind.BadOperand, "no valid Unicode")]
    [InlineData("root", "{\"do\": \"send\"}", TrapKind.BadOperand, "do: \"root\" is expected")]
    [InlineData("setRoot", "12", TrapKind.BadOperand, "a root is 20 bytes, or 40 hexadecimal digits")]
    [InlineData("actor", "", TrapKind.BadOperand, "the name, or the id, of an actor is expected")]
    [InlineData("createActor", "{\"as\": \"c\", \"module\": \"a\"}", TrapKind.BadOperand, "unknown name a")]
    public void A_wrong_request_traps_with_its_place(string entry, string payload, TrapKind kind, string site)
    {
        PrimeaKernel kernel = new(Two);
        string root = kernel.Root();
        (TrapKind Kind, string Site) trap = kernel.Trap(entry, payload);
        Assert.Equal(kind, trap.Kind);
        Assert.Contains(site, trap.Site);
        Assert.Equal(root, kernel.Root());
    }

    [Theory]
    [InlineData("{\"nonce\": 1", 1, 12)]
    [InlineData("{\n\"steps\": [{\"do\": \"dance\"}]}", 2, 11)]
    [InlineData("{\"model\": \"ports\", \"meter\": false}", 1, 1)]
    [InlineData("{\"steps\": [], \"model\": \"ports\"}", 1, 24)]
    [InlineData("{} {}", 1, 4)]
    public void A_wrong_world_is_refused_with_its_place(string text, int line, int column)
    {
        IVmLanguage language = BuiltInEngines.All.FindNewest("primea")!.Languages[0];
        SourceException wrong = Assert.Throws<SourceException>(() => language.Compile(text, VmLimits.Default));
        Assert.Equal((line, column), (wrong.Line, wrong.Column));
    }

    [Fact]
    public void An_id_in_digits_stands_for_its_actor()
    {
        PrimeaKernel kernel = new(Two);
        string id = JsonDocument.Parse(kernel.Call("actor", "a")).RootElement.GetProperty("id").GetString()!;
        Assert.Contains("\"ok\"", kernel.CallText("send", $$"""[{"to": "{{id}}", "gas": 1}]"""));
        Assert.Contains(id, Encoding.UTF8.GetString(kernel.Call("actor", id)));
    }
}
