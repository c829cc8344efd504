using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Granary.Deploy.Tests;

/// <summary>The queries of the dashboard and of the alert rules.</summary>
internal static partial class PromQl
{
    public static string Rules { get; } = Path.Combine(Tree.Deploy, "prometheus", "alerts.yml");

    public static JsonNode Dashboard() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Tree.Deploy, "grafana", "granary.json")))!;

    /// <summary>Title and query of each panel's targets, as Grafana sends them.</summary>
    public static IEnumerable<(string Where, string Query)> OfDashboard() =>
        from panel in PodParts.Items(Dashboard()["panels"])
        from target in PodParts.Items(panel["targets"])
        select ((string)panel["title"]!, Fill((string)target["expr"]!));

    public static IEnumerable<(string Where, string Query)> OfRules() =>
        from rule in PodParts.Items(YamlText.Parse(File.ReadAllText(Rules)).Single()["groups"]![0]!["rules"])
        select ((string)rule["alert"]!, (string)rule["expr"]!);

    /// <summary>The metrics that a query names; not <c>up</c>, which is Prometheus' own.</summary>
    public static IEnumerable<string> Metrics(string query) =>
        MetricPattern().Matches(query).Select(m => m.Value).Distinct();

    private static string Fill(string query)
    {
        string whole = query.Replace("$__rate_interval", "5m", StringComparison.Ordinal)
            .Replace("$job", "granary", StringComparison.Ordinal)
            .Replace("$instance", ".*", StringComparison.Ordinal);
        return whole.Contains('$') ? throw new FormatException($"{query} has a variable that there is not.") : whole;
    }

    [GeneratedRegex(@"\b(granary|dotnet|kestrel|process|http|orleans)_[a-z0-9_]+\b")]
    private static partial Regex MetricPattern();
}
