using System.Globalization;
using System.Text.Json.Nodes;

namespace Granary.Deploy.Tests;

/// <summary>
/// What this tree uses of kustomize: resources, components, namespace, images and JSON patches. Whatever else a
/// kustomization has is refused, so that nothing is tested otherwise than it is applied.
/// </summary>
internal static class Kustomize
{
    private static readonly string[] s_fields =
        ["apiVersion", "kind", "namespace", "resources", "components", "patches", "images"];

    private static readonly string[] s_clusterWide = ["Namespace"];

    /// <summary>The objects that <c>kubectl apply -k</c> of a folder sends.</summary>
    public static List<JsonNode> Build(string folder)
    {
        List<JsonNode> objects = [];
        Apply(folder, objects);
        return objects;
    }

    private static void Apply(string folder, List<JsonNode> all)
    {
        JsonNode own = YamlText.Parse(File.ReadAllText(Path.Combine(folder, "kustomization.yaml"))).Single();
        foreach ((string field, _) in own.AsObject())
        {
            if (!s_fields.Contains(field))
            {
                throw new FormatException($"{folder}: '{field}' is not understood here.");
            }
        }
        // A component changes what is there already; a kustomization only what it brings itself.
        List<JsonNode> objects = (string?)own["kind"] == "Component" ? all : [];
        foreach (string path in Texts(own["resources"]))
        {
            string whole = Path.Combine(folder, path);
            if (Directory.Exists(whole))
            {
                Apply(whole, objects);
            }
            else
            {
                objects.AddRange(YamlText.Parse(File.ReadAllText(whole)));
            }
        }
        foreach (string path in Texts(own["components"]))
        {
            Apply(Path.Combine(folder, path), objects);
        }
        foreach (JsonNode? patch in own["patches"]?.AsArray() ?? [])
        {
            Patch(folder, patch!, objects);
        }
        foreach (JsonNode? image in own["images"]?.AsArray() ?? [])
        {
            SetImage(image!, objects);
        }
        if ((string?)own["namespace"] is { } name)
        {
            foreach (JsonNode o in objects.Where(o => !s_clusterWide.Contains((string)o["kind"]!)))
            {
                o["metadata"]!["namespace"] = name;
            }
        }
        if (!ReferenceEquals(objects, all))
        {
            all.AddRange(objects);
        }
    }

    private static IEnumerable<string> Texts(JsonNode? list) => (list?.AsArray() ?? []).Select(t => (string)t!);

    private static void Patch(string folder, JsonNode patch, List<JsonNode> objects)
    {
        JsonNode target = patch["target"]!;
        List<JsonNode> hits = [.. objects.Where(o =>
            (string?)target["kind"] == PodParts.Kind(o) && (string?)target["name"] == PodParts.Name(o))];
        if (hits.Count == 0)
        {
            throw new FormatException($"{folder}: a patch has no target.");
        }
        foreach (JsonNode? step in YamlText.Parse((string)patch["patch"]!).Single().AsArray())
        {
            hits.ForEach(o => JsonEdit.Apply(o, (string)step!["op"]!, (string)step["path"]!, step["value"]));
        }
    }

    private static void SetImage(JsonNode image, List<JsonNode> objects)
    {
        string name = (string)image["name"]!;
        foreach (JsonNode container in objects.SelectMany(PodParts.Containers))
        {
            if (((string)container["image"]!).Split(':')[0] == name)
            {
                container["image"] = string.Create(
                    CultureInfo.InvariantCulture, $"{(string)image["newName"]!}:{image["newTag"]}");
            }
        }
    }
}
