using System.Text.Json;
using Granary.Kernels;

namespace Granary.Cli.Tests;

public sealed class ShellTests : CliTest
{
    [Fact]
    public async Task Scripts_get_one_json_answer_a_line()
    {
        Host.Add("k");
        Type(
            "# a comment", "", "send k echo 'a b' key-1", "send k echo x key-1", "ps", "call k trap", "nonsense",
            "state none", "exit", "ps");
        Assert.Equal(1, await Run("shell", "--json"));
        IReadOnlyList<JsonElement> answers = JsonLines();
        Assert.Equal(
            [true, true, true, false, false, false, true], answers.Select(a => a.GetProperty("ok").GetBoolean()));
        Assert.Equal(2, answers[0].GetProperty("position").GetInt32());
        Assert.False(answers[0].GetProperty("duplicate").GetBoolean());
        Assert.True(answers[1].GetProperty("duplicate").GetBoolean());
        Assert.Equal("k", answers[2].GetProperty("kernels")[0].GetProperty("id").GetString());
        Assert.Equal(1, answers[3].GetProperty("exitCode").GetInt32());
        Assert.Equal("trapped", answers[3].GetProperty("status").GetString());
        Assert.Equal("usage", answers[4].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("noSuchKernel", answers[5].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("", Io.Errors);
        Assert.Contains("send k echo 612062 gas 100000000 key key-1", Host.Calls);
        Assert.Equal([HostAccess.Run], Host.Opened.Select(o => o.Access));
        Assert.Equal(1, Host.DisposeCount);
    }

    [Fact]
    public async Task Sends_are_taken_while_others_wait_and_answered_in_order()
    {
        Host.Add("k");
        TaskCompletionSource first = new(), last = new();
        Host.BeforeAnswer = request =>
        {
            if (request.IdempotencyKey == "c")
            {
                last.SetResult();
            }
            return request.IdempotencyKey == "a" ? first.Task : Task.CompletedTask;
        };
        Type("send k echo 1 a", "send k echo 2 b", "send k echo 3 c", "ps");
        Task<int> run = Run("shell", "--json");
        await last.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("", Io.Text);
        first.SetResult();
        Assert.Equal(0, await run);
        IReadOnlyList<JsonElement> answers = JsonLines();
        Assert.Equal([2, 3, 4], answers.Take(3).Select(a => a.GetProperty("position").GetInt32()));
        Assert.True(answers[3].TryGetProperty("kernels", out _));
    }

    [Fact]
    public async Task Streams_become_items_of_one_answer()
    {
        FakeKernel kernel = Host.Add("k");
        kernel.State["data/a"] = [1];
        kernel.State["data/b"] = [2];
        Type("state k data/", "journal k");
        Assert.Equal(0, await Run("shell", "--json"));
        IReadOnlyList<JsonElement> answers = JsonLines();
        Assert.Equal(2, answers[0].GetProperty("items").GetArrayLength());
        Assert.Equal("created", answers[1].GetProperty("items")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Bound_kernels_show_events_until_unbound()
    {
        Host.Add("k");
        TypedInput input = new();
        Io.In = input;
        Task<int> run = Run("shell", "--json");
        input.Type("bind k");
        await Io.OutText.WaitForAsync("{\"ok\":true,\"id\":\"k\"}\n");
        input.Type("send . echo hi");
        await Io.OutText.WaitForAsync("\"event\":\"ended\"");
        input.Type("unbind");
        input.Type("unbind k");
        input.Type("send . echo hi");
        input.End();
        Assert.Equal(2, await run);
        Assert.Contains("\"event\":\"printed\",\"kernel\":\"k\"", Io.Text);
        Assert.Contains("k is not bound.", Io.Text);
        Assert.Contains("'.' means the kernel bound last, and none is bound.", Io.Text);
    }

    [Fact]
    public async Task Machine_states_are_kept_and_written_elsewhere()
    {
        Host.Add("a");
        Host.Add("b");
        Type("rstate a", "wstate a b", "wstate b a", "rstate");
        Assert.Equal(2, await Run("shell", "--json"));
        JsonElement state = JsonLines()[0];
        Assert.Equal("ip 2 of a\nstack [5]\n", state.GetProperty("text").GetString());
        Assert.Equal("idle", state.GetProperty("status").GetString());
        Assert.Equal("05", state.GetProperty("sections").GetProperty("stack").GetString());
        Assert.Equal(3, state.GetProperty("memories").GetProperty("ram").GetProperty("bytes").GetInt32());
        Assert.Equal(
            ["rstate a", "wstate b ip 2 of a", "rstate b", "wstate a ip 2 of b"],
            Host.Calls.Where(c => c.Contains("state")));
        Assert.Equal("ip 2 of a\nstack [5]\n", Host.Kernels[KernelId.Parse("b")].Machine!.Text);
    }

    [Fact]
    public async Task At_a_terminal_it_prompts_and_answers_in_text()
    {
        Host.Add("clock", status: KernelStatus.Sleeping);
        Io.InIsTerminal = true;
        TypedInput input = new();
        Io.In = input;
        Task<int> run = Run("shell");
        input.Type("bind clock");
        await Io.OutText.WaitForAsync("granary clock> ");
        Host.Wake("clock");
        await Io.OutText.WaitForAsync("clock | awake\n");
        input.Type("pause .");
        await Io.OutText.WaitForAsync("clock (fake@2) is paused");
        input.Type("rstate");
        await Io.OutText.WaitForAsync("stack [5]");
        input.Type("resume nobody");
        await Io.ErrorText.WaitForAsync("granary: There is no kernel 'nobody'.");
        input.Type("unbind");
        await Io.OutText.WaitForAsync("no longer bound");
        input.Type("quit");
        Assert.Equal(0, await run);
        Assert.StartsWith("granary> ", Io.Text);
        Assert.Contains("'help' lists commands", Io.Errors);
    }

    [Fact]
    public async Task Help_lists_commands_and_tells_of_one()
    {
        Type("help", "help wstate", "send --help", "help none");
        Assert.Equal(2, await Run("shell"));
        Assert.Contains("  wstate FROM TO", Io.Text);
        Assert.Contains("Usage: wstate FROM TO", Io.Text);
        Assert.Contains("Usage: send ID [ENTRY] [PAYLOAD] [KEY] [options]", Io.Text);
        Assert.Contains("There is no command 'none'.", Io.Errors);
    }

    [Theory]
    [InlineData("send k e 'open", "The quote at character 10 is not closed.")]
    [InlineData("send k e -", "cannot read standard input")]
    [InlineData("delete k", "Say --yes")]
    [InlineData("psx", "Did you mean 'ps'? All commands: help.")]
    [InlineData("send", "See help send.")]
    [InlineData("run x.fake", "There is no command 'run'.")]
    public async Task Wrong_lines_are_explained_and_the_next_ones_carried_out(string line, string message)
    {
        Host.Add("k");
        Type(line, "pause k");
        Assert.Equal(2, await Run("shell"));
        Assert.Contains(message, Io.Errors);
        Assert.Contains("k (fake@2) is paused", Io.Text);
    }

    [Fact]
    public async Task A_fault_of_one_command_does_not_end_the_shell()
    {
        Host.Fault = new InvalidOperationException("boom");
        Type("ps", "exit");
        Assert.Equal(70, await Run("shell", "--json"));
        JsonElement error = JsonLines()[0].GetProperty("error");
        Assert.Equal("internal", error.GetProperty("code").GetString());
        Assert.True(JsonLines()[1].GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Ctrl_c_leaves_the_shell_while_it_waits_for_a_line()
    {
        Io.In = new TypedInput();
        Task<int> run = Run("shell");
        await Task.Yield();
        Io.PressCtrlC();
        Assert.Equal(130, await run);
        Assert.Equal(1, Host.DisposeCount);
    }

    [Theory]
    [InlineData("a b", "a|b")]
    [InlineData("  a\t'b c'\"d e\" ", "a|b cd e")]
    [InlineData(@"'a\b' ""a\b\""\\""", @"a\b|a\b""\")]
    [InlineData("a '' b # c", "a||b")]
    [InlineData("a#b", "a#b")]
    public void Words_are_split_as_shells_do(string line, string words) =>
        Assert.Equal(words, string.Join('|', ShellWords.Split(line)));

    private void Type(params string[] lines) => Io.In = new StringReader(string.Join('\n', lines) + "\n");
}
