using System.Text.Json.Nodes;

namespace Granary.Deploy.Tests;

/// <summary>Every overlay, whole.</summary>
public sealed class OverlayTests
{
    private static readonly string[] s_names =
    [
        .. Directory.EnumerateDirectories(Tree.Overlays).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal),
    ];

    public static IEnumerable<object[]> Overlays => s_names.Select(n => new object[] { n });

    [Theory, MemberData(nameof(Overlays))]
    public void An_overlay_is_right(string overlay)
    {
        List<JsonNode> objects = Kustomize.Build(Path.Combine(Tree.Overlays, overlay));
        Assert.Empty(ManifestRules.Check(objects));
    }

    [Fact]
    public void There_are_one_node_and_three_silos_each_with_and_without_a_collector()
    {
        Assert.Equal(["cluster", "cluster-telemetry", "one-node", "one-node-telemetry"], s_names);
        List<string> cluster = [.. Kustomize.Build(Path.Combine(Tree.Overlays, "cluster")).Select(PodParts.Id)];
        Assert.Contains("Job/granary-schema", cluster);
        Assert.Contains("PodDisruptionBudget/granary", cluster);
        Assert.DoesNotContain("Deployment/granary-collector", cluster);
        Assert.Contains("Deployment/granary-collector", Kustomize
            .Build(Path.Combine(Tree.Overlays, "cluster-telemetry")).Select(PodParts.Id));
    }

    /// <summary>Our reading of kustomize against the real one.</summary>
    [ProgramTheory("kubectl"), MemberData(nameof(Overlays))]
    public async Task An_overlay_is_what_kubectl_makes_of_it(string overlay)
    {
        string folder = Path.Combine(Tree.Overlays, overlay);
        List<JsonNode> theirs = YamlText.Parse(await Run.OutputAsync("kubectl", "kustomize", folder));
        List<JsonNode> ours = Kustomize.Build(folder);
        Assert.Equal(ours.Select(PodParts.Id).Order(StringComparer.Ordinal),
            theirs.Select(PodParts.Id).Order(StringComparer.Ordinal));
        foreach (JsonNode o in ours)
        {
            JsonNode their = theirs.Single(t => PodParts.Id(t) == PodParts.Id(o));
            Assert.True(JsonNode.DeepEquals(o, their), $"{PodParts.Id(o)}:\n{o}\nbut kubectl has\n{their}");
        }
    }

    /// <summary>The types of the real API, which refuse a text where a number belongs, not an unknown field.</summary>
    [ProgramTheory("kubectl"), MemberData(nameof(Overlays))]
    public async Task An_overlay_has_the_types_that_kubectl_knows(string overlay)
    {
        string rendered = Path.Combine(Path.GetTempPath(), $"granary-{Guid.NewGuid():N}.yaml");
        try
        {
            await File.WriteAllTextAsync(
                rendered, await Run.OutputAsync("kubectl", "kustomize", Path.Combine(Tree.Overlays, overlay)));
            string names = await Run.OutputAsync(
                "kubectl", "annotate", "--local", "-f", rendered, "granary=checked", "-o", "name");
            Assert.Equal(
                Kustomize.Build(Path.Combine(Tree.Overlays, overlay)).Count,
                names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        }
        finally
        {
            File.Delete(rendered);
        }
    }
}
