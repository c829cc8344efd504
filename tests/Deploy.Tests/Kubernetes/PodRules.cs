using System.Globalization;
using System.Text.Json.Nodes;
using static Granary.Deploy.Tests.PodParts;

namespace Granary.Deploy.Tests;

/// <summary>What every pod and container must have: privileges, probes, limits, time to stop.</summary>
internal static class PodRules
{
    private const int UserMin = 10_000;

    public static IEnumerable<string> Check(IReadOnlyList<JsonNode> objects) =>
        objects.Where(o => Template(o) is not null).SelectMany(o => CheckWorkload(o).Select(w => $"{Id(o)}: {w}"));

    private static IEnumerable<string> CheckWorkload(JsonNode o)
    {
        JsonNode pod = Template(o)!["spec"]!;
        JsonNode? security = pod["securityContext"];
        if ((bool?)security?["runAsNonRoot"] != true || ((int?)security["runAsUser"] ?? 0) < UserMin
            || ((int?)security["runAsGroup"] ?? 0) < UserMin)
        {
            yield return "it may run as root.";
        }
        if ((string?)security?["seccompProfile"]?["type"] != "RuntimeDefault")
        {
            yield return "it has no seccomp profile.";
        }
        if ((bool?)pod["automountServiceAccountToken"] != false)
        {
            yield return "it has a token of the service account.";
        }
        foreach (string wrong in Containers(o).SelectMany(c => CheckContainer(o, c)))
        {
            yield return wrong;
        }
    }

    private static IEnumerable<string> CheckContainer(JsonNode o, JsonNode container)
    {
        JsonNode? security = container["securityContext"];
        if ((bool?)security?["allowPrivilegeEscalation"] != false)
        {
            yield return "it may gain privileges.";
        }
        if ((bool?)security?["readOnlyRootFilesystem"] != true)
        {
            yield return "its root file system can be written.";
        }
        if (!Items(security?["capabilities"]?["drop"]).Any(c => (string?)c == "ALL"))
        {
            yield return "it keeps capabilities.";
        }
        foreach (string amount in new[] { "cpu", "memory" })
        {
            double wanted = Amount(container["resources"]?["requests"]?[amount]);
            double most = Amount(container["resources"]?["limits"]?[amount]);
            if (wanted <= 0 || most < wanted)
            {
                yield return $"it has no request and limit of {amount} that fit.";
            }
        }
        if (((string)container["image"]!).Split(':') is not [_, { Length: > 0 } and not "latest"])
        {
            yield return "its image has no version.";
        }
        IEnumerable<string> more = Kind(o) == "Job" ? [] : Probes(o, container);
        foreach (string wrong in more.Concat(ImageRules.Check(o, container)))
        {
            yield return wrong;
        }
    }

    private static IEnumerable<string> Probes(JsonNode o, JsonNode container)
    {
        bool starts = Kind(o) == "StatefulSet";
        string[] always = ["livenessProbe", "readinessProbe"];
        foreach (string name in starts ? [.. always, "startupProbe"] : always)
        {
            if (container[name]?["httpGet"] is not { } get)
            {
                yield return $"it has no {name}.";
                continue;
            }
            if (!HasPort(o, get["port"]))
            {
                yield return $"its {name} asks the port {get["port"]}, which it does not have.";
            }
        }
    }

    private static double Amount(JsonNode? quantity)
    {
        string text = (string?)quantity ?? "0";
        double unit = text[^1] == 'm' ? 0.001 : text.EndsWith("Ki", StringComparison.Ordinal) ? 1 << 10
            : text.EndsWith("Mi", StringComparison.Ordinal) ? 1 << 20
            : text.EndsWith("Gi", StringComparison.Ordinal) ? 1 << 30 : 1;
        return double.Parse(text.TrimEnd('m', 'K', 'M', 'G', 'i'), CultureInfo.InvariantCulture) * unit;
    }
}
