using System.Text.Json;
using Granary.Tests;

namespace Granary.Cli.Tests;

/// <summary>Where kernels are: <c>--store</c>, <c>granary db</c>, <c>backup</c> and <c>restore</c>.</summary>
public sealed class StoreCommandTests : CliTest
{
    private const string Address = "postgres://ann:secret@db.local/kernels";

    [Fact]
    public async Task A_command_works_on_the_database_that_is_named()
    {
        await Run("ps", "--store", Address);

        HostOptions opened = Host.Opened.Single();
        Assert.Equal(("ann@db.local/kernels", true), (opened.Store?.ToString(), opened.StoreIsNamed));
        Assert.Null(opened.Nodes);
        Assert.Contains("PGPASSFILE", Io.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Io.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_of_the_environment_counts_unless_a_node_is_named()
    {
        Io.Variables["GRANARY_STORE"] = Address;
        await Run("ps");
        await Run("ps", "--url", "http://node");

        Assert.Equal("ann@db.local/kernels", Host.Opened[0].Store?.ToString());
        Assert.False(Host.Opened[0].StoreIsNamed);
        Assert.Null(Host.Opened[1].Store);
    }

    [Theory]
    [InlineData("ps", "--store", Address, "--url", "http://node")]
    [InlineData("ps", "--store", "nonsense")]
    [InlineData("db", "status")]
    [InlineData("db", "drop", "--store", Address)]
    [InlineData("backup", "--to", "x.db", "--store", Address)]
    [InlineData("restore", "--from", "x.db", "--store", Address)]
    [InlineData("backup", "--to", "x.db", "--url", "http://node")]
    public async Task What_makes_no_sense_is_refused(params string[] args)
    {
        Assert.Equal(ExitCodes.Usage, await Run(args));
        Assert.DoesNotContain("secret", Io.Errors, StringComparison.Ordinal);
        Assert.Empty(Host.Opened);
    }

    [PostgresFact]
    public async Task Tables_are_made_once_and_described()
    {
        string store = PostgresServer.Shared.Url("commands");
        Assert.Equal("empty", (await RunJson(0, "db", "status", "--store", store)).GetProperty("state").GetString());
        NewConsole();
        JsonElement made = await RunJson(0, "db", "migrate", "--store", store);
        Assert.Equal("0001-initial.sql", made.GetProperty("applied")[0].GetString());
        NewConsole();
        Assert.Equal(0, (await RunJson(0, "db", "migrate", "--store", store)).GetProperty("applied").GetArrayLength());
        NewConsole();
        JsonElement state = await RunJson(0, "db", "status", "--store", store);
        Assert.Equal("ready", state.GetProperty("state").GetString());
        Assert.Equal(2, state.GetProperty("version").GetInt32());
        NewConsole();
        Assert.Equal(21, await Run("db", "status", "--store", PostgresServer.Shared.Url(database: "nowhere")));
        Assert.Contains("createdb", Io.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_backed_up_and_restored()
    {
        string folder = PathOf("data");
        string file = PathOf("backup.db");
        Assert.Equal(21, await Run("backup", "--data", folder, "--to", file));
        await (await Granary.Embedded.EmbeddedHost.OpenAsync(folder, FakeEngine.Registry)).DisposeAsync();
        NewConsole();
        Assert.True((await RunJson(0, "backup", "--data", folder, "--to", file)).GetProperty("bytes").GetInt64() > 0);
        NewConsole();
        await RunJson(0, "restore", "--data", PathOf("other"), "--from", file);
        Assert.True(File.Exists(Path.Combine(PathOf("other"), "granary.db")));
        NewConsole();
        Assert.Equal(21, await Run("restore", "--data", PathOf("other"), "--from", file));
    }
}
