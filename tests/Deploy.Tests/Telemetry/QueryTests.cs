using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Granary.Deploy.Tests;

/// <summary>
/// Dashboard and alerts ask for figures that a real node gives, in words that a real Prometheus takes.
/// </summary>
public sealed partial class QueryTests
{
    [Fact]
    public async Task Every_metric_that_is_asked_for_is_given_by_a_node()
    {
        await using MetricsNode node = await MetricsNode.StartAsync();
        HashSet<string> given = Given(await node.ReadAsync());
        foreach ((string where, string query) in PromQl.OfDashboard().Concat(PromQl.OfRules()))
        {
            // What is of Orleans only silos give: tests/Cluster.Tests.
            Assert.All(
                PromQl.Metrics(query).Where(m => !m.StartsWith("orleans_", StringComparison.Ordinal)),
                m => Assert.True(given.Contains(m), $"{where}: no node gives {m}."));
        }
        Assert.DoesNotContain("granary_made_up_total", given);
    }

    [Fact]
    public void Every_query_names_a_metric()
    {
        (string Where, string Query)[] all = [.. PromQl.OfDashboard(), .. PromQl.OfRules()];
        Assert.All(all, q => Assert.True(PromQl.Metrics(q.Query).Any() || UpPattern().IsMatch(q.Query), q.Query));
        Assert.Equal(
            ["granary_a_total", "granary_b"], PromQl.Metrics("rate(granary_a_total[5m]) / granary_b{x=\"1\"}"));
    }

    [Fact]
    public void Every_metric_of_Granary_is_on_the_dashboard()
    {
        string source = File.ReadAllText(Path.Combine(Tree.Root, "Embedded", "HostMetrics.cs"));
        string[] asked = [.. PromQl.OfDashboard().SelectMany(q => PromQl.Metrics(q.Query))];
        foreach (Match name in InstrumentPattern().Matches(source))
        {
            string prefix = name.Groups[1].Value.Replace('.', '_');
            Assert.Contains(asked, m => m.StartsWith(prefix, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Panels_have_ids_of_their_own_and_do_not_overlap()
    {
        JsonNode[] panels = [.. PodParts.Items(PromQl.Dashboard()["panels"])];
        Assert.Equal(panels.Length, panels.Select(p => (int)p["id"]!).Distinct().Count());
        HashSet<(int, int)> taken = [];
        foreach (JsonNode grid in panels.Select(p => p["gridPos"]!))
        {
            for (int x = (int)grid["x"]!; x < (int)grid["x"]! + (int)grid["w"]!; x++)
            {
                for (int y = (int)grid["y"]!; y < (int)grid["y"]! + (int)grid["h"]!; y++)
                {
                    Assert.True(x < 24 && taken.Add((x, y)), grid.ToJsonString());
                }
            }
        }
    }

    [ProgramFact("promtool")]
    public async Task Prometheus_takes_the_rules_and_they_fire_when_they_should()
    {
        await Run.OutputAsync("promtool", "check", "rules", PromQl.Rules);
        await Run.OutputAsync("promtool", "test", "rules", PromQl.Rules.Replace(".yml", ".test.yml"));
    }

    [ProgramFact("promtool")]
    public async Task Prometheus_takes_the_queries_of_the_dashboard()
    {
        StringBuilder rules = new("groups:\n  - name: dashboard\n    rules:\n");
        int number = 0;
        foreach ((_, string query) in PromQl.OfDashboard())
        {
            rules.Append("      - record: query:").Append(++number).Append("\n        expr: '")
                .Append(query.Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
        }
        string path = Path.Combine(Path.GetTempPath(), $"granary-{Guid.NewGuid():N}.yml");
        try
        {
            await File.WriteAllTextAsync(path, rules.ToString());
            Assert.Contains($"{number} rules found", await Run.OutputAsync("promtool", "check", "rules", path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Names that series can have: a histogram has three.</summary>
    private static HashSet<string> Given(string text)
    {
        HashSet<string> names = [];
        foreach (Match type in TypePattern().Matches(text))
        {
            string name = type.Groups[1].Value;
            names.UnionWith(
                type.Groups[2].Value == "histogram" ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : [name]);
        }
        return names;
    }

    [GeneratedRegex(@"^# TYPE (\S+) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex TypePattern();

    [GeneratedRegex("\"(granary\\.[a-z.]+)\"")]
    private static partial Regex InstrumentPattern();

    [GeneratedRegex(@"\bup\{")]
    private static partial Regex UpPattern();
}
