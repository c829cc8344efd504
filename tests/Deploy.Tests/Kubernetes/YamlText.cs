using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;
using ScalarStyle = YamlDotNet.Core.ScalarStyle;

namespace Granary.Deploy.Tests;

/// <summary>YAML as Kubernetes reads it: plain scalars are numbers or truth values when they look so.</summary>
internal static partial class YamlText
{
    /// <summary>All documents of a text. A key that comes twice is an error of the parser.</summary>
    public static List<JsonNode> Parse(string text)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(d => ToJson(d.RootNode)!)];
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(
            c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, ToJson(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => OfPlain(plain.Value!),
        YamlScalarNode quoted => JsonValue.Create(quoted.Value!),
        _ => throw new FormatException($"An unexpected {node.GetType().Name}."),
    };

    private static JsonNode? OfPlain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        // YAML 1.1 has octal numbers, and takes these words for truth values: an accident in a manifest.
        "yes" or "no" or "on" or "off" or "y" or "n" => throw new FormatException($"Quote '{text}'."),
        // Parsed, because a number that is parsed can be read as any type of number.
        _ when OctalPattern().IsMatch(text) =>
            JsonNode.Parse(Convert.ToInt64(text, 8).ToString(CultureInfo.InvariantCulture)),
        _ when NumberPattern().IsMatch(text) => JsonNode.Parse(text),
        _ => JsonValue.Create(text),
    };

    [GeneratedRegex("^0[0-7]+$")]
    private static partial Regex OctalPattern();

    [GeneratedRegex("^-?(0|[1-9][0-9]*)$")]
    private static partial Regex NumberPattern();
}
