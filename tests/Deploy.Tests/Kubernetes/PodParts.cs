using System.Text.Json.Nodes;

namespace Granary.Deploy.Tests;

/// <summary>Finds its way in manifests.</summary>
internal static class PodParts
{
    public static string Kind(JsonNode o) => (string)o["kind"]!;

    public static string Name(JsonNode o) => (string)o["metadata"]!["name"]!;

    /// <summary>As people say it: <c>StatefulSet/granary</c>.</summary>
    public static string Id(JsonNode o) => $"{Kind(o)}/{Name(o)}";

    /// <summary>The pod template of whatever makes pods.</summary>
    public static JsonNode? Template(JsonNode o) =>
        Kind(o) is "StatefulSet" or "Deployment" or "Job" ? o["spec"]!["template"] : null;

    public static IEnumerable<JsonNode> Containers(JsonNode o) => Items(Template(o)?["spec"]?["containers"]);

    public static IEnumerable<JsonNode> Items(JsonNode? list) => (list?.AsArray() ?? []).Select(i => i!);

    public static IEnumerable<(string Key, string? Value)> Pairs(JsonNode? map) =>
        (map?.AsObject() ?? []).Select(p => (p.Key, (string?)p.Value));

    /// <summary>Whether a selector (<c>matchLabels</c>, <c>matchExpressions</c> with In) takes these labels.</summary>
    public static bool Selects(JsonNode? selector, JsonNode? labels) =>
        Pairs(selector?["matchLabels"]).All(p => (string?)labels?[p.Key] == p.Value)
        && Items(selector?["matchExpressions"]).All(e => (string?)e["operator"] == "In"
            && Items(e["values"]).Any(v => (string?)v == (string?)labels?[(string)e["key"]!]));

    /// <summary>The pods that a selector takes, by whoever makes them.</summary>
    public static List<JsonNode> Selected(IEnumerable<JsonNode> objects, JsonNode? selector) =>
        [.. objects.Where(o => Template(o) is { } t && Selects(selector, t["metadata"]?["labels"]))];

    public static bool HasPort(JsonNode workload, JsonNode? port) => Containers(workload)
        .SelectMany(c => Items(c["ports"]))
        .Any(p => JsonNode.DeepEquals(port, p["name"]) || JsonNode.DeepEquals(port, p["containerPort"]));
}
