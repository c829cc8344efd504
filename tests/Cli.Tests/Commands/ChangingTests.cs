using System.Text.Json;
using Granary.Kernels;

namespace Granary.Cli.Tests;

public sealed class ChangingTests : CliTest
{
    [Fact]
    public async Task Deploy_makes_a_kernel_and_runs_nothing()
    {
        Host.Add("store");
        Assert.Equal(0, await Run("deploy", Source("a.fake"), "--name", "k", "--port", "x=store", "--port", "y=store"));
        Assert.Equal("k (fake@2) is idle, generation 1, position 1\n", Io.Text);
        Assert.Equal(HostAccess.Change, Host.Opened[0].Access);
        Assert.Equal(["x", "y"], Host.Kernels[KernelId.Parse("k")].Ports.Keys);
        NewConsole();
        Assert.Equal("a", (await RunJson(0, "deploy", Source("a.fake"))).GetProperty("id").GetString());
        Assert.Equal(12, await Run("deploy", Source("a.fake")));
        Assert.Equal(2, await Run("deploy", Source("a.fake"), "--port", "x"));
    }

    [Fact]
    public async Task Engines_are_chosen_by_ending_or_by_name()
    {
        Assert.Equal(0, await Run("deploy", Source("a.old")));
        Assert.Equal(0, await Run("deploy", Source("b.fake"), "--engine", "fake@1"));
        Assert.Equal(0, await Run("deploy", Source("c.bin"), "--engine", "fake"));
        Assert.Contains("deploy a fake@1", Host.Calls);
        Assert.Contains("deploy b fake@1", Host.Calls);
        Assert.Contains("deploy c fake@2", Host.Calls);
        Assert.Equal(13, await Run("deploy", Source("d.bin"), "--engine", "none"));
        Assert.Contains("This binary has: fake@1, fake@2, other@1.", Io.Errors);
        Assert.Equal(2, await Run("deploy", Source("d.bin")));
        Assert.Contains("Source files end with .old, .fake, .other; for compiled code use --engine NAME.", Io.Errors);
    }

    [Fact]
    public async Task Snapshots_are_made_listed_and_returned_to()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("snapshot", "k", "before"));
        Assert.Equal(
            $"k is kept as 'before', position 1, at a commit, root {Hash.Of("root"u8)}\n", Io.Text);
        NewConsole();
        Assert.Equal(0, await Run("snapshots", "k"));
        Assert.Contains("2027-01-15 08:00:00.000Z", Io.Text);
        NewConsole();
        JsonElement snapshot = (await RunJson(0, "snapshots", "k")).GetProperty("snapshots")[0];
        Assert.Equal("before", snapshot.GetProperty("name").GetString());
        Assert.False(snapshot.GetProperty("halfDone").GetBoolean());
        NewConsole();
        Assert.Equal(0, await Run("rollback", "k", "before"));
        Assert.Equal("k (fake@2) is idle, generation 2, position 1\n", Io.Text);
        Assert.Equal(17, await Run("rollback", "k", "other"));
        Assert.Contains("See: granary snapshots.", Io.Errors);
    }

    [Fact]
    public async Task Snapshot_as_json_names_it()
    {
        Host.Add("k", status: KernelStatus.Running);
        JsonElement json = await RunJson(0, "snapshot", "k", "x");
        Assert.Equal("x", json.GetProperty("name").GetString());
        Assert.True(json.GetProperty("halfDone").GetBoolean());
    }

    [Theory]
    [InlineData("12", "position 12")]
    [InlineData("name", "name")]
    public async Task Fork_copies_the_present_or_a_snapshot(string reference, string described)
    {
        Host.Add("k");
        Assert.Equal(0, await Run("fork", "k", "copy"));
        Assert.Equal("copy (fake@2) is idle, generation 1, position 1\n", Io.Text);
        NewConsole();
        JsonElement json = await RunJson(0, "fork", "k", "copy2", "--from", reference);
        Assert.Equal("copy2", json.GetProperty("id").GetString());
        Assert.Contains("fork k copy from now", Host.Calls);
        Assert.Contains($"fork k copy2 from {described}", Host.Calls);
    }

    [Theory]
    [InlineData("pause", "paused")]
    [InlineData("resume", "idle")]
    [InlineData("cancel", "idle")]
    public async Task Pause_resume_and_cancel_tell_the_new_status(string command, string status)
    {
        Host.Add("k", status: KernelStatus.Running);
        Assert.Equal(0, await Run(command, "k"));
        Assert.Equal($"k (fake@2) is {status}, generation 1, position 1\n", Io.Text);
        Assert.Equal(HostAccess.Change, Host.Opened[0].Access);
        NewConsole();
        Assert.Equal(status, (await RunJson(0, command, "k")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Ports_are_given_and_revoked()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("port", "k", "out", "store"));
        Assert.Equal(0, await Run("port", "k", "out", "--revoke"));
        Assert.Equal(["k can send to store through 'out'.", "k no longer holds the port 'out'."], Lines());
        Assert.Contains("port k out store", Host.Calls);
        Assert.Contains("port k out revoked", Host.Calls);
        Assert.Equal(2, await Run("port", "k", "out"));
        Assert.Equal(2, await Run("port", "k", "out", "store", "--revoke"));
        NewConsole();
        Assert.Equal("k", (await RunJson(0, "port", "k", "out", "store")).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("y", true)]
    [InlineData("yes", true)]
    [InlineData("", false)]
    [InlineData("n", false)]
    public async Task Delete_asks_on_a_terminal(string answer, bool isDeleted)
    {
        Host.Add("k");
        Io.InIsTerminal = Io.ErrorIsTerminal = true;
        Io.In = new StringReader(answer + "\n");
        Assert.Equal(0, await Run("delete", "k"));
        Assert.Contains("Delete k with its state and 1 journal entries, for ever? [y/N]", Io.Errors);
        Assert.Equal(isDeleted, Host.Kernels.Count == 0);
    }

    [Fact]
    public async Task Delete_needs_yes_without_a_terminal()
    {
        Host.Add("k");
        Assert.Equal(2, await Run("delete", "k"));
        Assert.Contains("Say --yes.", Io.Errors);
        Assert.Single(Host.Kernels);
        Assert.Equal(0, await Run("delete", "k", "--yes"));
        Assert.Empty(Host.Kernels);
        Host.Add("k");
        NewConsole();
        Assert.True((await RunJson(0, "delete", "k", "-y")).GetProperty("deleted").GetBoolean());
        Assert.Equal(11, await Run("delete", "k", "-y"));
    }

    [Fact]
    public async Task Export_writes_whole_files_only_and_import_reads_them()
    {
        Host.Add("k");
        string path = PathOf("k.granary");
        Assert.Equal(0, await Run("export", "k", path));
        Assert.Contains($"k is in {path} (8 bytes), position 1", Io.Text);
        Assert.Equal("bundle k", File.ReadAllText(path));
        Assert.Equal(2, await Run("export", "k", path));
        Assert.Contains("--force", Io.Errors);
        NewConsole();
        Assert.Equal(8, (await RunJson(0, "export", "k", path, "--force")).GetProperty("bytes").GetInt32());
        Assert.Equal(11, await Run("export", "none", PathOf("none.granary")));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));

        NewConsole();
        Assert.Equal(0, await Run("import", path, "--as", "copy"));
        Assert.Equal("copy (fake@2) is idle, generation 1, position 1\n", Io.Text);
        NewConsole();
        Assert.Equal("k", (await RunJson(0, "import", path)).GetProperty("id").GetString());
        Assert.Equal(18, await Run("import", Source("x", "junk")));
        Assert.Equal(2, await Run("import", PathOf("none")));
    }

    [Fact]
    public async Task Verify_accepts_with_0()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("verify", "k", "--from", "5"));
        Assert.Equal("k: accepted, entries 1 to 9", Lines()[0]);
        Assert.Contains("gas    1,234", Lines());
        Assert.Contains("verify k from position 5", Host.Calls);
        NewConsole();
        Assert.True((await RunJson(0, "verify", Source("k.granary"))).GetProperty("accepted").GetBoolean());
        Assert.Contains("verify bundle", Host.Calls);
    }

    [Fact]
    public async Task Verify_refuses_with_3_and_names_the_entry()
    {
        Host.Add("k");
        Host.Report = new VerifyReport(
            KernelId.Parse("k"), false, 1, 9, 4, "gas 10 recorded, 11 executed", default, default, 50);
        Assert.Equal(3, await Run("verify", "k"));
        Assert.Equal("k: not accepted, entries 1 to 9", Lines()[0]);
        Assert.Equal("entry 4 differs: gas 10 recorded, 11 executed", Lines()[1]);
        NewConsole();
        Assert.Equal(4, (await RunJson(3, "verify", "k")).GetProperty("firstDifference").GetInt32());
        Assert.Equal(2, await Run("verify", Source("k.granary"), "--from", "1"));
        Assert.Equal(2, await Run("verify", "NO FILE"));
    }

    [Fact]
    public async Task Verify_shows_progress_on_a_terminal_only()
    {
        Host.Add("k");
        Io.ErrorIsTerminal = true;
        Assert.Equal(0, await Run("verify", "k"));
        Assert.NotEqual("", Io.Errors);
        NewConsole();
        Assert.Equal(0, await Run("verify", "k"));
        Assert.Equal("", Io.Errors);
    }

    [Fact]
    public async Task Compile_writes_code_and_disasm_shows_it()
    {
        string source = Source("a.fake", "put 1");
        Assert.Equal(0, await Run("compile", source));
        Assert.Equal("put 1", File.ReadAllText(PathOf("a.bin")));
        Assert.Contains("5 bytes for fake@2", Io.Text);
        Assert.Equal(2, await Run("compile", source));
        NewConsole();
        JsonElement json = await RunJson(0, "compile", source, "-o", PathOf("b"));
        Assert.Equal(Hash.Of("put 1"u8).ToString(), json.GetProperty("codeHash").GetString());
        NewConsole();
        Assert.Equal(0, await Run("disasm", source));
        Assert.Equal("0: put 1\n", Io.Text);
        NewConsole();
        Assert.Equal("0: put 1\n",
            (await RunJson(0, "disasm", PathOf("b"), "--engine", "fake")).GetProperty("text").GetString());
        Assert.Equal(2, await Run("compile", PathOf("b"), "--engine", "fake"));
        Assert.Empty(Host.Opened);
    }
}
