using System.Globalization;
using System.Text.Json.Nodes;

namespace Granary.Deploy.Tests;

/// <summary>JSON patches (RFC 6902): add, replace and remove.</summary>
internal static class JsonEdit
{
    public static void Apply(JsonNode root, string operation, string path, JsonNode? value)
    {
        string[] parts = [.. path.Split('/').Skip(1).Select(p => p.Replace("~1", "/").Replace("~0", "~"))];
        JsonNode at = parts[..^1].Aggregate(root, (node, part) => Child(node, part)
            ?? throw new FormatException($"The patch's path {path} leads nowhere."));
        string last = parts[^1];
        if (at is JsonArray list)
        {
            int index = last == "-" ? list.Count : int.Parse(last, CultureInfo.InvariantCulture);
            if (operation != "add")
            {
                list.RemoveAt(index);
            }
            if (operation != "remove")
            {
                list.Insert(index, value?.DeepClone());
            }
            return;
        }
        if (operation != "add" && !at.AsObject().ContainsKey(last))
        {
            throw new FormatException($"The patch's path {path} leads nowhere.");
        }
        if (operation == "remove")
        {
            at.AsObject().Remove(last);
        }
        else
        {
            at[last] = value?.DeepClone();
        }
    }

    private static JsonNode? Child(JsonNode node, string part) => node is JsonArray list
        ? list[int.Parse(part, CultureInfo.InvariantCulture)]
        : node[part];
}
