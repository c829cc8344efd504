using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Granary.Gateway;
using static Granary.Deploy.Tests.PodParts;

namespace Granary.Deploy.Tests;

/// <summary>
/// Whether manifests fit the image and the programs in it: commands, settings, health, user, time to stop.
/// </summary>
internal static partial class ImageRules
{
    private const string SiloPrefix = "GRANARY_SILO_";

    // Orleans gives an activation that long to end (Silo/SiloComposition.cs).
    private static readonly TimeSpan s_deactivationMax = TimeSpan.FromSeconds(15);

    public static IEnumerable<string> Check(JsonNode o, JsonNode container)
    {
        string script = File.ReadAllText(Path.Combine(Tree.Deploy, "image", "build.sh"));
        string containerfile = File.ReadAllText(Path.Combine(Tree.Deploy, "image", "Containerfile"));
        if (!((string)container["image"]!).Contains("granary:", StringComparison.Ordinal))
        {
            yield break;
        }
        string program = ((string?)container["command"]?[0] ?? "").Split('/')[^1];
        if ((string?)container["command"]?[0] != $"/usr/local/bin/{program}"
            || !PublishPattern().Matches(script).Any(m => m.Groups[1].Value == program))
        {
            yield return $"the image has no {container["command"]?.ToJsonString() ?? "command"}.";
        }
        JsonNode security = Template(o)!["spec"]!["securityContext"]!;
        string user = $"USER {security["runAsUser"]}:{security["runAsGroup"]}\n";
        if (!containerfile.Contains(user, StringComparison.Ordinal))
        {
            yield return "it runs as another user than the image.";
        }
        string exposed = ExposePattern().Match(containerfile).Groups[1].Value;
        foreach (JsonNode port in Items(container["ports"]).Select(p => p["containerPort"]!))
        {
            if (!exposed.Split(' ').Contains(port.ToString()))
            {
                yield return $"the image does not name the port {port}.";
            }
        }
        if (!Items(container["volumeMounts"]).Any(m => (string?)m["mountPath"] == "/tmp"))
        {
            yield return "it has no /tmp to write to, where .NET and SQLite need one.";
        }
        foreach (string wrong in Settings(container, program).Concat(Health(container)).Concat(Stop(o, container)))
        {
            yield return wrong;
        }
    }

    /// <summary>What a process needs at most from SIGTERM to its end.</summary>
    private static TimeSpan StopMax(bool isSilo)
    {
        TimeSpan requests = new GatewayOptions().DrainTimeout;
        string grains = string.Concat(Directory
            .EnumerateFiles(Path.Combine(Tree.Root, "Grains"), "*Options.cs").Select(File.ReadAllText));
        Match drain = DrainPattern().Match(grains);
        Assert.True(drain.Success, "Grains/*Options.cs no longer says how long a silo drains.");
        return isSilo
            ? requests + TimeSpan.FromSeconds(int.Parse(drain.Groups[1].Value, CultureInfo.InvariantCulture))
                + s_deactivationMax
            : requests;
    }

    private static IEnumerable<string> Stop(JsonNode o, JsonNode container)
    {
        if (Kind(o) == "Job")
        {
            yield break;
        }
        string[] before = [.. Items(container["lifecycle"]?["preStop"]?["exec"]?["command"]).Select(c => (string)c!)];
        if (before is not ["/bin/sleep", var seconds])
        {
            yield return "it stops before the service has heard of it.";
            yield break;
        }
        bool isSilo = ((string)container["command"]![0]!).EndsWith("silo", StringComparison.Ordinal);
        double needed = int.Parse(seconds, CultureInfo.InvariantCulture) + StopMax(isSilo).TotalSeconds;
        if (((int?)Template(o)!["spec"]!["terminationGracePeriodSeconds"] ?? 30) < needed * 1.25)
        {
            yield return $"its grace period leaves no room above the {needed} s that it may need.";
        }
    }

    private static IEnumerable<string> Health(JsonNode container)
    {
        string health = File.ReadAllText(Path.Combine(Tree.Root, "Gateway", "Endpoints", "HealthEndpoints.cs"));
        string scheme = Items(container["env"]).Select(e => (string?)e["value"] ?? "")
            .Any(v => v.StartsWith("https://0.0.0.0:", StringComparison.Ordinal)) ? "HTTPS" : "HTTP";
        foreach ((string probe, string path) in new[]
            {
                ("startupProbe", "/health/live"), ("livenessProbe", "/health/live"),
                ("readinessProbe", "/health/ready"),
            })
        {
            if (container[probe]?["httpGet"] is { } get && ((string?)get["path"] != path
                || (string?)get["scheme"] != scheme || !health.Contains($"\"{path}\"", StringComparison.Ordinal)))
            {
                yield return $"its {probe} asks {get["scheme"]} {get["path"]} instead of {scheme} {path}.";
            }
        }
    }

    private static IEnumerable<string> Settings(JsonNode container, string program)
    {
        string silo = File.ReadAllText(Path.Combine(Tree.Root, "Silo", "SiloArguments.cs"));
        string reference = File.ReadAllText(Path.Combine(Tree.Root, "docs", "cli.md"));
        foreach (string name in Items(container["env"]).Select(e => (string)e["name"]!))
        {
            string argument = name.StartsWith(SiloPrefix, StringComparison.Ordinal)
                ? name[SiloPrefix.Length..].ToLowerInvariant().Replace('_', '-') : "";
            bool known = program == "granary-silo" && argument.Length > 0
                ? silo.Contains($"\"{argument}\"", StringComparison.Ordinal)
                : name.StartsWith("GRANARY_", StringComparison.Ordinal)
                    ? name == "GRANARY_POD" || (program == "granary" && Regex.IsMatch(reference, $@"\b{name}\b"))
                    : name is "PGPASSWORD" || name.StartsWith("OTEL_", StringComparison.Ordinal);
            if (!known)
            {
                yield return $"{program} has no setting {name}.";
            }
        }
    }

    [GeneratedRegex(@"^ *publish \S+ \S+ (\S+)$", RegexOptions.Multiline)]
    private static partial Regex PublishPattern();

    [GeneratedRegex(@"^EXPOSE (.+)$", RegexOptions.Multiline)]
    private static partial Regex ExposePattern();

    [GeneratedRegex(@"DrainMax \{ get; init; \} = TimeSpan\.FromSeconds\((\d+)\)")]
    private static partial Regex DrainPattern();
}
