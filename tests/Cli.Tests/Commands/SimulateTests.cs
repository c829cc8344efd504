using System.Text.Json;
using Granary.Simulation;
using Granary.Tests;
using Granary.Vms;

namespace Granary.Cli.Tests;

public sealed class SimulateTests : CliTest
{
    private const string Counter = """
        on add
          get n "n"
          int n n
          add n 1
          put "n" n
          halt n
        """;

    [Fact]
    public async Task The_built_in_kernels_survive_and_the_report_says_how_fast()
    {
        JsonElement report = await SimulateJson(0, "--seeds", "2", "--seed", "5", "--nodes", "4");
        Assert.Equal(2, report.GetProperty("seeds").GetInt32());
        Assert.True(report.GetProperty("turns").GetInt64() > 100);
        Assert.True(report.GetProperty("turnsPerSecond").GetDouble() > 0);
        Assert.True(report.GetProperty("timesReal").GetDouble() > 0);
        Assert.True(report.GetProperty("faults").GetProperty("crash").GetInt64() > 0);
        Assert.Equal(0, report.GetProperty("violated").GetArrayLength());
    }

    [Fact]
    public async Task The_sample_holds()
    {
        Assert.Equal(0, await Simulate(Sample("transfer.json"), "--seeds", "3"));
        Assert.Contains("3 seeds: nothing violated", Io.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_violation_says_what_and_how_to_see_it_again()
    {
        Source("counter.gscript", Counter);
        string file = Source("wrong.json", """
            {
              "kernels": [ { "id": "counter", "code": "counter.gscript" } ],
              "clients": [ { "to": "counter", "entry": "add", "count": 5 } ],
              "expect": [ "counter/n == 6" ]
            }
            """);
        JsonElement report = await SimulateJson(3, file, "--seed", "9", "--faults", "drop,crash");
        JsonElement violated = Assert.Single(report.GetProperty("violated").EnumerateArray());
        Assert.Equal(9, violated.GetProperty("seed").GetInt32());
        Assert.Equal(
            "expected counter/n == 6, found 5", Assert.Single(violated.GetProperty("violations").EnumerateArray())
                .GetString());
        Assert.Equal(
            $"granary simulate {file} --seeds 1 --seed 9 --faults drop,crash",
            violated.GetProperty("again").GetString());
    }

    [Fact]
    public async Task A_kernel_that_never_rests_is_paused_when_the_scenario_says_so()
    {
        Source("ticker.gscript", """
            on start
            again:
              get n "n"
              int n n
              add n 1
              put "n" n
              sleep 50
              goto again
            """);
        string file = Source("ticker.json", """
            {
              "kernels": [ { "id": "ticker", "code": "ticker.gscript" } ],
              "clients": [ { "to": "ticker", "entry": "start", "send": true } ],
              "expect": [ "ticker/n > 0" ],
              "faultsFor": "3s",
              "pauseAtEnd": true
            }
            """);
        Assert.Equal(0, await Simulate(file, "--seeds", "2"));
    }

    [Fact]
    public async Task A_trace_has_the_events_and_the_journals()
    {
        string trace = PathOf("events.txt");
        Assert.Equal(0, await Simulate(Sample("transfer.json"), "--seeds", "1", "--trace", trace));
        string text = await File.ReadAllTextAsync(trace);
        Assert.Contains("ClientCalled anna", text, StringComparison.Ordinal);
        Assert.Contains("anna 1 born", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "it is no JSON")]
    [InlineData("{}", "there is none; deploy at least one")]
    [InlineData("""{"kernels":[{"id":"A","code":"c"}]}""", "'A' is no kernel id")]
    [InlineData("""{"kernels":[{"id":"a"}]}""", "'kernels[0]': 'code' is missing")]
    [InlineData("""{"kernels":[{"id":"a","code":"none.gscript"}]}""", "no such file")]
    [InlineData("""{"kernel":[]}""", "there is no such field; known are kernels,")]
    [InlineData("""{"kernels":[{"id":"a","code":"counter.gscript"}],"clients":[{"to":"b"}]}""", "no kernel 'b'")]
    [InlineData("""{"kernels":[{"id":"a","code":"counter.gscript"}],"expect":["a/n is 5"]}""", "write 'KERNEL/KEY")]
    [InlineData("""{"kernels":[{"id":"a","code":"counter.gscript"}],"faultsFor":"1h"}""", "'1h' is no time")]
    public async Task A_scenario_that_cannot_be_is_refused_with_place_and_reason(string json, string reason)
    {
        Source("counter.gscript", Counter);
        Assert.Equal(2, await Simulate(Source("scenario.json", json)));
        Assert.Contains(reason, Io.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no fault 'earthquake'", "--faults", "drop,earthquake")]
    [InlineData("0 seeds are none", "--seeds", "0")]
    [InlineData("99 nodes cannot be", "--nodes", "99")]
    [InlineData("--trace is for one seed", "--trace", "file")]
    public async Task Options_that_cannot_be_are_refused(string reason, params string[] options)
    {
        Assert.Equal(2, await Simulate(options));
        Assert.Contains(reason, Io.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_process_gives_the_same_digest()
    {
        string digest = new Simulator(new SimulationOptions(), BuiltInEngines.All).Run(17).Digest;
        (int exitCode, string text, string errors) = await NodeProcess.RunAsync(
            PathOf("data"), "simulate", "--seeds", "1", "--seed", "17", "--json");
        Assert.True(exitCode == 0, errors);
        Assert.Equal(digest, JsonDocument.Parse(text).RootElement.GetProperty("digest").GetString());
    }

    private Task<int> Simulate(params string[] args) => GranaryCli.InvokeAsync(
        ["simulate", .. args], Io, Host.OpenAsync, BuiltInEngines.All);

    private async Task<JsonElement> SimulateJson(int exitCode, params string[] args)
    {
        int actual = await Simulate([.. args, "--json"]);
        Assert.True(exitCode == actual, $"exit code {actual}: {Io.Errors}");
        return JsonDocument.Parse(Io.Text).RootElement;
    }

    private static string Sample(string name) =>
        Path.Combine(VectorFolders.RepositoryRoot(), "samples", "simulation", name);
}
