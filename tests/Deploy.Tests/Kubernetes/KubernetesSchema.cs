using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Granary.Deploy.Tests;

/// <summary>Field names and types, strictly: a field that nobody knows is a typing error.</summary>
internal sealed partial class KubernetesSchema
{
    private sealed record Field(string Type, bool IsNeeded);

    private readonly Dictionary<string, Dictionary<string, Field>> _types = new(StringComparer.Ordinal);

    public static KubernetesSchema Load()
    {
        using StreamReader reader = new(
            typeof(KubernetesSchema).Assembly.GetManifestResourceStream("kubernetes.schema")!);
        KubernetesSchema schema = new();
        Dictionary<string, Field> fields = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }
            if (line[0] != ' ')
            {
                schema._types.Add(line, fields = new(StringComparer.Ordinal));
                continue;
            }
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            fields.Add(parts[0].TrimEnd('!'), new Field(parts[1], parts[0].EndsWith('!')));
        }
        return schema;
    }

    /// <summary>What is wrong with an object; nothing when it is as it should be.</summary>
    public IEnumerable<string> Check(JsonNode o)
    {
        string type = $"{(string?)o["apiVersion"]}/{(string?)o["kind"]}";
        return _types.ContainsKey(type)
            ? Check(o, type, $"{o["kind"]}/{o["metadata"]?["name"]}")
            : [$"{type}: no kind."];
    }

    private IEnumerable<string> Check(JsonNode? value, string type, string path)
    {
        if (type[0] == '[')
        {
            return value is JsonArray { Count: > 0 } list
                ? list.SelectMany((item, i) => Check(item, type[1..^1], $"{path}[{i}]"))
                : [$"{path}: no list with something in it."];
        }
        if (_types.TryGetValue(type, out Dictionary<string, Field>? fields))
        {
            return value is JsonObject o ? CheckFields(o, fields, path) : [$"{path}: no object."];
        }
        bool fits = type switch
        {
            "map" => value is JsonObject map && map.All(p => IsText(p.Value)),
            "bool" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "int" => IsWhole(value),
            "text" => IsText(value),
            "portname" => IsPortName(value),
            "port" => IsWhole(value) || IsPortName(value),
            "quantity" => IsText(value) && Quantity().IsMatch((string)value!),
            _ => IsText(value) && type.Split('|').Contains((string)value!),
        };
        return fits ? [] : [$"{path}: {value?.ToJsonString() ?? "nothing"} is no {type}."];
    }

    private IEnumerable<string> CheckFields(JsonObject o, Dictionary<string, Field> fields, string path)
    {
        foreach ((string name, JsonNode? value) in o)
        {
            if (!fields.TryGetValue(name, out Field? field))
            {
                yield return $"{path}.{name}: no such field.";
                continue;
            }
            foreach (string wrong in Check(value, field.Type, $"{path}.{name}"))
            {
                yield return wrong;
            }
        }
        foreach ((string name, _) in fields.Where(f => f.Value.IsNeeded && !o.ContainsKey(f.Key)))
        {
            yield return $"{path}.{name}: missing.";
        }
    }

    private static bool IsPortName(JsonNode? value) => IsText(value) && PortName().IsMatch((string)value!);

    private static bool IsText(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String;

    private static bool IsWhole(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.Number && value.AsValue().TryGetValue(out long number) && number >= 0;

    // IANA_SVC_NAME, as the API server wants it.
    [GeneratedRegex("^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex PortName();

    [GeneratedRegex("^[0-9]+(m|[KMGT]i)?$")]
    private static partial Regex Quantity();
}
