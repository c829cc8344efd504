using System.Text.Json;

namespace Granary.Cli.Tests;

public sealed class HelpTests : CliTest
{
    public static TheoryData<string> CommandNames => [.. CommandTree.OfProcess().Commands.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(CommandNames))]
    public async Task Each_command_explains_itself_with_examples(string name)
    {
        CliCommand command = CommandTree.OfProcess().Commands.Single(c => c.Name == name);
        Assert.Equal(0, await Run(name, "--help"));
        Assert.Contains(command.Description!.Split(' ')[0], Io.Text);
        Assert.Contains($"Usage: granary {name}", Io.Text);
        Assert.Contains("Examples:\n  ", Io.Text);
        Assert.NotEmpty(command.Examples);
        Assert.All(command.Examples, e => Assert.Contains($"granary {name}", e.Line));
        Assert.All(command.Arguments, a => Assert.False(string.IsNullOrEmpty(a.Description), a.Name));
        Assert.All(command.Options, o => Assert.False(string.IsNullOrEmpty(o.Description), o.Name));
        Assert.All(
            command.Options.Where(o => o.ValueType != typeof(bool)),
            o => Assert.False(string.IsNullOrEmpty(o.HelpName), o.Name));
        Assert.All(Io.Text.Split('\n'), line => Assert.True(line.Length <= 120, line));
    }

    [Fact]
    public async Task Help_of_granary_lists_commands_options_and_exit_codes()
    {
        Assert.Equal(0, await Run());
        string bare = Io.Text;
        NewConsole();
        Assert.Equal(0, await Run("--help"));
        Assert.Equal(bare, Io.Text);
        Assert.All(CommandTree.OfProcess().Commands, c => Assert.Contains($"\n  {c.Name} ", Io.Text));
        Assert.All(ExitCodes.Table, row => Assert.Contains($"\n  {row.Code} ", Io.Text));
        Assert.Contains("--data DIR", Io.Text);
    }

    [Fact]
    public async Task Version_comes_as_text_and_json()
    {
        Assert.Equal(0, await Run("--version"));
        Assert.Matches(@"^granary \d+\.\d+\.\d+\n$", Io.Text);
        NewConsole();
        JsonElement json = await RunJson(0, "--version");
        Assert.Equal(GranaryCli.Version, json.GetProperty("version").GetString());
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _granary granary")]
    [InlineData("zsh", "compdef _granary granary")]
    [InlineData("fish", "complete -c granary")]
    public async Task Completion_scripts_ask_granary_itself(string shell, string line)
    {
        Assert.Equal(0, await Run("completion", shell));
        Assert.Contains(line, Io.Text);
        Assert.Contains("[suggest:", Io.Text);
        NewConsole();
        Assert.Contains(line, (await RunJson(0, "completion", shell)).GetProperty("script").GetString());
    }

    [Theory]
    [InlineData("granary sna", "snapshot", "snapshots")]
    [InlineData("granary send --ti", "--timeout")]
    [InlineData("granary pause cl", "clock", "clock-2")]
    [InlineData("granary state --as h", "Hex")]
    public async Task Commands_options_and_kernels_are_completed(string line, params string[] completions)
    {
        Host.Add("clock");
        Host.Add("clock-2");
        Assert.Equal(0, await Run($"[suggest:{line.Length}]", line));
        Assert.Equal(completions, Lines());
    }

    [Fact]
    public async Task Completion_of_kernels_offers_nothing_when_the_data_folder_cannot_be_read()
    {
        Host.Fault = new Kernels.KernelHostException(Kernels.KernelHostError.Store, "Locked.");
        Assert.Equal(0, await Run("[suggest:16]", "granary pause cl"));
        Assert.Equal([], Lines());
        Assert.Equal("", Io.Errors);
    }

    [Fact]
    public void The_shells_own_commands_have_examples_too()
    {
        CommandTree shell = CommandTree.OfShell(new ShellState());
        Assert.All(shell.Commands, c => Assert.NotEmpty(c.Examples));
        Assert.Superset(
            new HashSet<string> { "ps", "bind", "unbind", "rstate", "wstate" },
            shell.Commands.Select(c => c.Name).ToHashSet());
        Assert.All(shell.Root.Subcommands, c => Assert.IsAssignableFrom<CliCommand>(c));
    }
}
