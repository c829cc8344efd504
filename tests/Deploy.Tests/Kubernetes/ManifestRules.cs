using System.Text.Json.Nodes;
using static Granary.Deploy.Tests.PodParts;

namespace Granary.Deploy.Tests;

/// <summary>Whether the objects of an overlay fit each other. Each rule gives what is wrong, for people.</summary>
internal static class ManifestRules
{
    private static readonly KubernetesSchema s_schema = KubernetesSchema.Load();

    public static List<string> Check(IReadOnlyList<JsonNode> objects)
    {
        List<string> wrong = [.. objects.SelectMany(s_schema.Check)];
        // What does not even have the right form would only make noise, or worse, below.
        return wrong.Count > 0 ? wrong :
        [
            .. Names(objects), .. Selectors(objects), .. Services(objects), .. Budgets(objects), .. Volumes(objects),
            .. References(objects), .. NetworkRules.Check(objects), .. PodRules.Check(objects),
        ];
    }

    private static IEnumerable<string> Names(IReadOnlyList<JsonNode> objects)
    {
        foreach (IGrouping<string, JsonNode> same in objects.GroupBy(Id).Where(g => g.Count() > 1))
        {
            yield return $"{same.Key} is there {same.Count()} times.";
        }
        string[] spaces = [.. objects.Where(o => Kind(o) == "Namespace").Select(Name)];
        foreach (JsonNode o in objects.Where(o => Kind(o) != "Namespace"))
        {
            if (!spaces.Contains((string?)o["metadata"]!["namespace"]))
            {
                yield return $"{Id(o)} is in a namespace that is not made.";
            }
        }
    }

    private static IEnumerable<string> Selectors(IReadOnlyList<JsonNode> objects)
    {
        foreach (JsonNode o in objects.Where(o => Kind(o) is "StatefulSet" or "Deployment"))
        {
            JsonNode selector = o["spec"]!["selector"]!;
            List<JsonNode> selected = Selected(objects, selector);
            if (selected.Count != 1 || selected[0] != o || !Pairs(selector["matchLabels"]).Any())
            {
                yield return $"{Id(o)}: its selector takes {selected.Count} kinds of pods instead of its own.";
            }
        }
    }

    private static IEnumerable<string> Services(IReadOnlyList<JsonNode> objects)
    {
        foreach (JsonNode o in objects.Where(o => Kind(o) == "Service"))
        {
            JsonNode selector = new JsonObject { ["matchLabels"] = o["spec"]!["selector"]!.DeepClone() };
            List<JsonNode> pods = Selected(objects, selector);
            if (pods.Count != 1)
            {
                yield return $"{Id(o)}: selects {pods.Count} kinds of pods.";
            }
            foreach (JsonNode port in Items(o["spec"]!["ports"]))
            {
                if (!pods.All(p => HasPort(p, port["targetPort"])))
                {
                    yield return $"{Id(o)}: no container has the port {port["targetPort"]}.";
                }
            }
        }
    }

    private static IEnumerable<string> Budgets(IReadOnlyList<JsonNode> objects)
    {
        foreach (JsonNode o in objects.Where(o => Kind(o) == "PodDisruptionBudget"))
        {
            List<JsonNode> pods = Selected(objects, o["spec"]!["selector"]);
            int most = (int?)o["spec"]!["maxUnavailable"] ?? 0;
            if (pods.Count != 1 || most < 1 || most * 2 > (int?)pods[0]["spec"]!["replicas"])
            {
                yield return $"{Id(o)}: selects no set of pods of which so many may go and most stay.";
            }
        }
        foreach (JsonNode o in objects.Where(o => (int?)o["spec"]?["replicas"] > 1))
        {
            if (!objects.Any(b => Kind(b) == "PodDisruptionBudget"
                && Selected(objects, b["spec"]!["selector"]).Contains(o)))
            {
                yield return $"{Id(o)}: nothing bounds how many of its pods may be taken away at a time.";
            }
            JsonNode[] spread = [.. Items(Template(o)!["spec"]!["topologySpreadConstraints"])];
            if (!spread.Any(s => (string?)s["topologyKey"] == "kubernetes.io/hostname")
                || !spread.All(s => Selected(objects, s["labelSelector"]).SequenceEqual([o])))
            {
                yield return $"{Id(o)}: its pods are not spread over machines.";
            }
        }
    }

    private static IEnumerable<string> Volumes(IReadOnlyList<JsonNode> objects)
    {
        foreach (JsonNode o in objects.Where(o => Template(o) is not null))
        {
            string[] volumes =
            [
                .. Items(Template(o)!["spec"]!["volumes"]).Select(v => (string)v["name"]!),
                .. Items(o["spec"]!["volumeClaimTemplates"]).Select(Name),
            ];
            string[] mounts =
                [.. Containers(o).SelectMany(c => Items(c["volumeMounts"])).Select(m => (string)m["name"]!)];
            foreach (string name in volumes.Except(mounts))
            {
                yield return $"{Id(o)}: nothing uses the volume {name}.";
            }
            foreach (string name in mounts.Except(volumes))
            {
                yield return $"{Id(o)}: there is no volume {name}.";
            }
        }
    }

    private static IEnumerable<string> References(IReadOnlyList<JsonNode> objects)
    {
        string document = File.ReadAllText(Path.Combine(Tree.Root, "docs", "kubernetes.md"));
        foreach (JsonNode o in objects.Where(o => Template(o) is not null))
        {
            JsonNode pod = Template(o)!["spec"]!;
            if (!objects.Any(a => Id(a) == $"ServiceAccount/{pod["serviceAccountName"]}"))
            {
                yield return $"{Id(o)}: there is no service account {pod["serviceAccountName"]}.";
            }
            if (Kind(o) == "StatefulSet" && !objects.Any(s => Id(s) == $"Service/{o["spec"]!["serviceName"]}"))
            {
                yield return $"{Id(o)}: there is no service {o["spec"]!["serviceName"]}.";
            }
            JsonNode[] sources = [.. Containers(o).SelectMany(c => Items(c["env"])).Select(e => e["valueFrom"]!)
                .Where(v => v is not null)];
            (string? Name, string? Key)[] maps =
            [
                .. sources.Select(v => v["configMapKeyRef"]).Where(r => r is not null).Select(KeyOf),
                .. Items(pod["volumes"]).Select(v => v["configMap"]).Where(m => m is not null)
                    .SelectMany(m => Items(m!["items"]).Select(i => ((string?)m["name"], (string?)i["key"]))),
            ];
            foreach ((string? name, string? key) in maps)
            {
                if (!objects.Any(m => Id(m) == $"ConfigMap/{name}" && m["data"]![key!] is not null))
                {
                    yield return $"{Id(o)}: there is no ConfigMap {name} with {key}.";
                }
            }
            // Secrets are made by people: the document has to say how.
            (string? Name, string? Key)[] secrets =
            [
                .. sources.Select(v => v["secretKeyRef"]).Where(r => r is not null).Select(KeyOf),
                .. Items(pod["volumes"]).Select(v => v["secret"]).Where(s => s is not null)
                    .Select(s => ((string?)s!["secretName"], (string?)"")),
            ];
            foreach ((string? name, string? key) in secrets)
            {
                if (!document.Contains(name!, StringComparison.Ordinal)
                    || !document.Contains($"--from-literal={key}", StringComparison.Ordinal) && key!.Length > 0)
                {
                    yield return $"{Id(o)}: the document does not say how to make the secret {name} with '{key}'.";
                }
            }
        }
    }

    private static (string? Name, string? Key) KeyOf(JsonNode? reference) =>
        ((string?)reference!["name"], (string?)reference["key"]);
}
