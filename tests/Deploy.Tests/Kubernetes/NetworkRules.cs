using System.Text.Json.Nodes;
using static Granary.Deploy.Tests.PodParts;

namespace Granary.Deploy.Tests;

/// <summary>
/// Whether policies refuse by default, name ports and pods that there are, and let through what is needed.
/// </summary>
internal static class NetworkRules
{
    public static IEnumerable<string> Check(IReadOnlyList<JsonNode> objects)
    {
        JsonNode[] policies = [.. objects.Where(o => Kind(o) == "NetworkPolicy")];
        if (!policies.Any(DeniesAll))
        {
            yield return "No NetworkPolicy refuses what the others do not allow.";
        }
        foreach (JsonNode policy in policies)
        {
            foreach (string wrong in CheckPolicy(objects, policy))
            {
                yield return $"{Id(policy)}: {wrong}";
            }
        }
        // Probes come from the machine itself, which policies do not stop; every other port has to be let in.
        foreach (JsonNode o in objects.Where(o => Kind(o) == "Service"))
        {
            JsonNode selector = new JsonObject { ["matchLabels"] = o["spec"]!["selector"]!.DeepClone() };
            foreach (JsonNode port in Items(o["spec"]!["ports"]))
            {
                if (!Selected(objects, selector).All(p => IsLetIn(policies, p, port["targetPort"]!)))
                {
                    yield return $"{Id(o)}: no NetworkPolicy lets {port["targetPort"]} in.";
                }
            }
        }
    }

    private static IEnumerable<string> CheckPolicy(IReadOnlyList<JsonNode> objects, JsonNode policy)
    {
        JsonNode spec = policy["spec"]!;
        List<JsonNode> own = Selected(objects, spec["podSelector"]);
        if (own.Count == 0)
        {
            yield return "selects no pods.";
        }
        foreach ((string direction, string peers, string type) in
            new[] { ("ingress", "from", "Ingress"), ("egress", "to", "Egress") })
        {
            JsonNode[] rules = [.. Items(spec[direction])];
            if (rules.Length > 0 && !Items(spec["policyTypes"]).Any(t => (string?)t == type))
            {
                yield return $"has rules of {direction}, which is not among its types.";
            }
            foreach (JsonNode rule in rules)
            {
                List<JsonNode> far = [.. Items(rule[peers]).Where(p => p["namespaceSelector"] is null)
                    .SelectMany(p => Selected(objects, p["podSelector"]))];
                if (rule[peers] is not null && far.Count == 0 && Items(rule[peers]).Any(p => p.AsObject().Count == 1
                    && p["podSelector"] is not null))
                {
                    yield return $"its {direction} names pods that there are not.";
                }
                IEnumerable<JsonNode> ports = Items(rule["ports"]).Select(p => p["port"]!)
                    .Where(p => p.GetValueKind() == System.Text.Json.JsonValueKind.String);
                List<JsonNode> pods = direction == "ingress" ? own : far;
                foreach (JsonNode port in ports.Where(p => !pods.All(w => HasPort(w, p))))
                {
                    yield return $"the pods of its {direction} have no port {port}.";
                }
            }
        }
    }

    private static bool DeniesAll(JsonNode policy) =>
        policy["spec"]!["podSelector"]!.AsObject().Count == 0 && Items(policy["spec"]!["policyTypes"]).Count() == 2
        && policy["spec"]!["ingress"] is null && policy["spec"]!["egress"] is null;

    private static bool IsLetIn(JsonNode[] policies, JsonNode workload, JsonNode port) => policies
        .Where(p => Selects(p["spec"]!["podSelector"], Template(workload)!["metadata"]!["labels"]))
        .SelectMany(p => Items(p["spec"]!["ingress"])).SelectMany(r => Items(r["ports"]))
        .Any(p => JsonNode.DeepEquals(p["port"], port));
}
