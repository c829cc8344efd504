using System.Text;
using System.Text.Json;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli.Tests;

public sealed class TimersAndLettersTests : CliTest
{
    private static readonly KernelId _id = KernelId.Parse("k");

    [Fact]
    public async Task A_timer_is_set_once_or_again_and_again()
    {
        Host.Add("k");
        long before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.Equal(0, await Run("timer", "set", "k", "hourly", "add", "5", "--every", "1h"));
        Assert.Equal("k gets 'hourly' in 60 min, then every 1h.\n", Io.Text);
        Assert.Equal(HostAccess.Change, Host.Opened[0].Access);
        KernelTimer timer = Host.Kernels[_id].Timers["hourly"];
        Assert.InRange(timer.Due - before, 3_600_000, 3_660_000);
        Assert.Equal((3_600_000, "add", KernelLimits.MessageGasDefault), (timer.Period, timer.Entry, timer.Gas));
        Assert.Equal("5", Encoding.UTF8.GetString(timer.Payload.Span));
        NewConsole();
        Assert.Equal(0, await Run("timer", "set", "k", "now", "--after", "0", "--gas", "none", "--hex", "00ff"));
        Assert.Equal("k gets 'now' at once.\n", Io.Text);
        NewConsole();
        JsonElement json = await RunJson(0, "timer", "set", "k", "soon", "--after", "1500ms", "--every", "90s");
        Assert.Equal(90_000, json.GetProperty("period").GetInt64());
        Assert.Equal("", json.GetProperty("entry").GetString());
    }

    [Fact]
    public async Task Timers_are_listed_and_cleared()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("timer", "list", "k"));
        Assert.Equal("", Io.Text);
        Assert.Contains("k has no timers.", Io.Errors);
        NewConsole();
        Host.Kernels[_id].Timers["a"] = new KernelTimer(1, 1_500, "tick", "x\ny"u8.ToArray(), GasMeter.Unlimited);
        Host.Kernels[_id].Timers["b"] = new KernelTimer(2, 0, "", new byte[] { 0, 255 }, 1_000);
        Assert.Equal(0, await Run("timer", "list", "k"));
        Assert.Equal(
            ["NAME FIRES EVERY ENTRY PAYLOAD GAS", "a due 1500ms tick x y unlimited", "b due 0x00ff 1,000"],
            Lines().Select(Words));
        Assert.Equal(HostAccess.Inspect, Host.Opened[^1].Access);
        NewConsole();
        JsonElement timer = (await RunJson(0, "timer", "list", "k")).GetProperty("timers")[0];
        Assert.Equal(
            """{"name":"a","due":1,"period":1500,"entry":"tick","payload":{"hex":"780a79","text":"x\ny"},"gas":null}""",
            timer.GetRawText());
        NewConsole();
        Assert.Equal(0, await Run("timer", "clear", "k", "a"));
        Assert.Equal("k no longer has a timer 'a'.\n", Io.Text);
        Assert.Equal(10, await Run("timer", "clear", "k", "a"));
    }

    [Theory]
    [InlineData("timer set k")]
    [InlineData("timer set k t")]
    [InlineData("timer set k t --every 0")]
    [InlineData("timer set k t --after soon")]
    [InlineData("timer clear k")]
    [InlineData("timer list k t")]
    [InlineData("timer stop k t")]
    [InlineData("dead list k 1")]
    [InlineData("dead list k --all")]
    [InlineData("dead show k")]
    [InlineData("dead show k x")]
    [InlineData("dead resend k")]
    [InlineData("dead drop k 1 --all")]
    [InlineData("cancel k --message -1")]
    [InlineData("port k --revoke")]
    public async Task What_is_left_out_or_too_much_is_said(string line)
    {
        Host.Add("k");
        Assert.Equal(2, await Run(line.Split(' ')));
        Assert.Empty(Host.Calls);
    }

    [Fact]
    public async Task Dead_letters_are_listed_and_shown()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("dead", "list", "k"));
        Assert.Equal("k has no dead letters.\n", Io.Errors);
        NewConsole();
        Bury(1, "trapped: NoSuchEntry at entry \"\u001b[2J\nx\", gas 0");
        Assert.Equal(0, await Run("dead", "list", "k"));
        Assert.Equal(HostAccess.Inspect, Host.Opened[^1].Access);
        Assert.Equal(
            "1 2027-01-15 08:00:00.000Z front k add 3 trapped: NoSuchEntry at entry \"\uFFFD[2J x\", gas 0",
            Words(Lines()[1]));
        NewConsole();
        Assert.Equal(0, await Run("dead", "show", "k", "1"));
        Assert.Contains("ports     bank#3\npayload   5\n", Io.Text);
        Assert.Contains("deadline  1970-01-01 00:00:00.009Z\n", Io.Text);
        NewConsole();
        JsonElement letter = await RunJson(0, "dead", "show", "k", "1");
        Assert.Equal("trapped", letter.GetProperty("status").GetString());
        Assert.Equal("bank#3", letter.GetProperty("message").GetProperty("ports")[0].GetString());
        NewConsole();
        Assert.Equal(10, await Run("dead", "show", "k", "2"));
        Assert.Contains("'k' has no dead letter 2. See which there are with: granary dead list k", Io.Errors);
        NewConsole();
        JsonElement list = await RunJson(0, "dead", "list", "k");
        Assert.Equal(letter.GetRawText(), list.GetProperty("letters")[0].GetRawText());
    }

    [Fact]
    public async Task Dead_letters_are_sent_again_and_dropped_one_or_all()
    {
        Host.Add("k");
        foreach (ulong number in new ulong[] { 1, 2, 3, 4 })
        {
            Bury(number, "reverted");
        }
        Assert.Equal(0, await Run("dead", "resend", "k", "2"));
        Assert.Equal("2 is sent again.\n", Io.Text);
        Assert.Equal(HostAccess.Change, Host.Opened[0].Access);
        NewConsole();
        Assert.Equal(0, await Run("dead", "drop", "k", "1"));
        Assert.Equal("1 is forgotten.\n", Io.Text);
        NewConsole();
        JsonElement json = await RunJson(0, "dead", "resend", "k", "--all");
        Assert.Equal("""{"id":"k","resent":[3,4]}""", json.GetRawText());
        NewConsole();
        Assert.Equal(0, await Run("dead", "drop", "k", "--all"));
        Assert.Equal(("", "k has no dead letters.\n"), (Io.Text, Io.Errors));
        Assert.Equal(10, await Run("dead", "drop", "k", "1"));
        Assert.Contains("resend k 3", Host.Calls);
    }

    [Fact]
    public async Task A_message_may_be_bounded_in_time()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("send", "k", "echo", "hi", "--within", "1500ms"));
        Assert.Contains("send k echo 6869 gas 100000000 key  within 1500", Host.Calls);
        NewConsole();
        Assert.Equal(4, await Run("call", "k", "late", "--within", "2s"));
        Assert.Contains("k: it was not begun in time", Io.Errors);
        Assert.Contains("call k late  gas 100000000 key  within 2000", Host.Calls);
    }

    [Fact]
    public async Task One_message_is_cancelled_by_its_position()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("cancel", "k", "--message", "17"));
        Assert.Contains("cancel k 17", Host.Calls);
    }

    [Fact]
    public async Task Ports_are_listed()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("port", "k"));
        Assert.Contains("k holds no ports.", Io.Errors);
        Host.Kernels[_id].State["data/x"] = [1];
        Host.Kernels[_id].State["ports/desk"] = "k#3"u8.ToArray();
        Host.Kernels[_id].State["ports/store"] = "counter"u8.ToArray();
        NewConsole();
        Assert.Equal(0, await Run("port", "k"));
        Assert.Equal(["NAME LEADS TO", "desk k#3", "store counter"], Lines().Select(Words));
        Assert.Equal(HostAccess.Inspect, Host.Opened[^1].Access);
        NewConsole();
        Assert.Equal(
            """{"ports":[{"name":"desk","target":"k","grant":3},{"name":"store","target":"counter","grant":0}]}""",
            (await RunJson(0, "port", "k")).GetRawText());
    }

    [Fact]
    public async Task The_shell_has_them_too()
    {
        Host.Add("k");
        Io.In = new StringReader("bind k\ntimer set . t add 1 --after 1h\ntimer list .\ndead list .\nport .\n");
        Assert.Equal(0, await Run("shell"));
        Assert.Contains("k gets 't' in 60 min.", Io.Text);
    }

    private void Bury(ulong number, string reason) => Host.Kernels[_id].Letters.Add(new DeadLetterInfo(
        number, new DeadLetter(FakeHost.Now, ReplyStatus.Trapped, reason, 3, new Envelope
        {
            Kind = MessageKind.Send, From = KernelId.Parse("front"), To = _id, Entry = "add", Payload = "5"u8.ToArray(),
            Gas = 9, Deadline = 9, Ports = [new Port(KernelId.Parse("bank"), 3)],
        })));

    private static string Words(string line) =>
        string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
