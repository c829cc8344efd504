using System.Text.Json;
using Granary.Kernels;

namespace Granary.Cli.Tests;

public sealed class ErrorTests : CliTest
{
    public static TheoryData<KernelHostError> Errors => [.. Enum.GetValues<KernelHostError>()];

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Each_refusal_of_the_host_has_its_exit_code(KernelHostError error)
    {
        Host.Fault = new KernelHostException(error, "What.", "Advice.");
        Assert.Equal(10 + (int)error, await Run("ps"));
        Assert.Equal("granary: What. Advice.\n", Io.Errors);
        NewConsole();
        JsonElement json = (await RunJson(10 + (int)error, "ps")).GetProperty("error");
        Assert.Equal("What.", json.GetProperty("what").GetString());
        Assert.Equal("Advice.", json.GetProperty("advice").GetString());
        Assert.Equal(10 + (int)error, json.GetProperty("exitCode").GetInt32());
        Assert.Equal(error.ToString(), json.GetProperty("code").GetString(), ignoreCase: true);
        Assert.Contains(ExitCodes.Table, row => row.Code == (10 + (int)error).ToString());
    }

    [Fact]
    public async Task Wrong_source_is_shown_with_a_caret_under_the_place()
    {
        string path = Source("a.fake", "fine\n\tgo wrong\n");
        Assert.Equal(2, await Run("deploy", path));
        Assert.Equal(
            $"{path}:2:5: 'wrong' is no instruction\n  \tgo wrong\n  \t   ^\n", Io.Errors);
        NewConsole();
        JsonElement json = (await RunJson(2, "run", path)).GetProperty("error");
        Assert.Equal("source", json.GetProperty("code").GetString());
        Assert.Equal((2, 5), (json.GetProperty("line").GetInt32(), json.GetProperty("column").GetInt32()));
        Assert.Equal(path, json.GetProperty("file").GetString());
        Assert.Empty(Host.Opened);
    }

    [Theory]
    [InlineData("pss", "There is no command 'pss'. Did you mean 'ps'?")]
    [InlineData("zzz", "There is no command 'zzz'. All commands: granary --help.")]
    [InlineData("pause", "Required argument 'ID' missing")]
    [InlineData("pause A", "'A' is no kernel id: use 1 to 64 of a-z 0-9 . _ -")]
    [InlineData("ps --none", "See granary ps --help.")]
    [InlineData("completion tcsh", "'tcsh' not recognized")]
    public async Task Usage_errors_end_with_2_and_say_what_to_do(string line, string message)
    {
        Assert.Equal(2, await Run(line.Split(' ')));
        Assert.StartsWith("granary: ", Io.Errors);
        Assert.Contains(message, Io.Errors);
        Assert.Equal("", Io.Text);
        NewConsole();
        JsonElement json = await RunJson(2, line.Split(' '));
        Assert.Equal("usage", json.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Unexpected_exceptions_end_with_70_and_show_no_stack_unless_asked_to()
    {
        Host.Fault = new InvalidOperationException("boom");
        Assert.Equal(70, await Run("ps"));
        Assert.StartsWith("granary: Internal error: InvalidOperationException: boom", Io.Errors);
        Assert.DoesNotContain("   at ", Io.Errors);
        Io.Variables["GRANARY_DEBUG"] = "1";
        Assert.Equal(70, await Run("ps"));
        Assert.Contains("   at ", Io.Errors);
    }

    [Fact]
    public async Task A_host_that_cannot_be_opened_is_an_error_like_others()
    {
        int exitCode = await GranaryCli.InvokeAsync(
            ["ps"],
            Io,
            _ => throw new KernelHostException(KernelHostError.Store, "The data folder is locked.", "End the other."),
            FakeEngine.Registry);
        Assert.Equal(21, exitCode);
        Assert.Equal("granary: The data folder is locked. End the other.\n", Io.Errors);
    }

    [Fact]
    public async Task Files_that_cannot_be_used_are_named()
    {
        Assert.Equal(2, await Run("run", PathOf("none.fake")));
        Assert.Contains("none.fake': there is no such file or folder.", Io.Errors);
        Directory.CreateDirectory(PathOf("folder.fake"));
        Assert.Equal(2, await Run("run", PathOf("folder.fake")));
        Assert.Contains("is a folder, not a file.", Io.Errors);
        File.WriteAllBytes(PathOf("latin.fake"), [0x61, 0xE4]);
        Assert.Equal(2, await Run("run", PathOf("latin.fake")));
        Assert.Contains("is not UTF-8 text.", Io.Errors);
        Assert.Equal(2, await Run("run", Source("---.fake")));
        Assert.Contains("gives no kernel id. Name the kernel with --name.", Io.Errors);
        Host.Add("k");
        Assert.Equal(2, await Run("export", "k", Path.Combine(PathOf("none"), "k")));
    }

    [Fact]
    public async Task The_data_folder_comes_from_option_variable_or_home()
    {
        await Run("ps", "--data", PathOf("given"));
        await Run("ps");
        Io.Variables.Clear();
        Io.Variables["XDG_STATE_HOME"] = "/state";
        Io.Variables["HOME"] = "/home/ada";
        await Run("ps");
        Io.Variables.Remove("XDG_STATE_HOME");
        await Run("ps");
        string[] expected =
            [PathOf("given"), Path.GetFullPath("data-of-test"), "/state/granary", "/home/ada/.local/state/granary"];
        int count = OperatingSystem.IsWindows() ? 2 : 4;
        Assert.Equal(expected.Take(count), Host.Opened.Take(count).Select(o => o.DataFolder));
    }
}
