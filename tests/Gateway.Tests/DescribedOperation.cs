using System.Globalization;
using System.Text.Json;

namespace Granary.Gateway.Tests;

/// <summary>An operation as the OpenAPI document describes it.</summary>
internal sealed class DescribedOperation(string method, string path, JsonElement description)
{
    public string Method => method;

    public string Path => path;

    public string Id => description.GetProperty("operationId").GetString()!;

    /// <summary>The role that it needs; null: no token at all.</summary>
    public string? Role => description.TryGetProperty("security", out JsonElement security)
        ? security[0].GetProperty("token")[0].GetString()
        : null;

    public static List<DescribedOperation> ReadAll(JsonElement document) =>
        [.. from path in document.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            select new DescribedOperation(operation.Name.ToUpperInvariant(), path.Name, operation.Value)];

    /// <summary>The request is one that the document describes.</summary>
    public void CheckRequest(Sample sample)
    {
        string[] parts = sample.Path.Split('?', 2);
        string pattern = "^" + System.Text.RegularExpressions.Regex.Replace(path, @"\{[a-z]+\}", "[^/]+") + "$";
        Assert.Matches(pattern, parts[0]);
        JsonElement[] parameters =
            [.. description.TryGetProperty("parameters", out JsonElement all) ? all.EnumerateArray() : []];
        string[] given = parts.Length > 1 ? [.. parts[1].Split('&').Select(p => p.Split('=')[0])] : [];
        string[] known = [.. parameters.Where(p => p.GetProperty("in").GetString() == "query")
            .Select(p => p.GetProperty("name").GetString()!)];
        Assert.Equal(known.Order(), given.Order());
        Assert.Equal(
            path.Count(c => c == '{'), parameters.Count(p => p.GetProperty("in").GetString() == "path"));
        Assert.Equal(sample.Body is not null, description.TryGetProperty("requestBody", out _));
        Assert.NotEmpty(description.GetProperty("summary").GetString()!);
    }

    /// <summary>
    /// The answer is one that the document describes: status, content type, and members of the right types.
    /// </summary>
    public void CheckAnswer(JsonElement document, HttpResponseMessage response, string body)
    {
        string status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        Assert.True(
            description.GetProperty("responses").TryGetProperty(status, out JsonElement answer),
            $"{Id}: {status} is not described");
        if (!answer.TryGetProperty("content", out JsonElement content))
        {
            Assert.Equal("", body);
            return;
        }
        string type = response.Content.Headers.ContentType!.MediaType!;
        Assert.True(content.TryGetProperty(type, out JsonElement described), $"{Id}: {type} is not described");
        if (described.TryGetProperty("schema", out JsonElement schema))
        {
            using JsonDocument json = JsonDocument.Parse(body);
            CheckValue(document, schema, json.RootElement, Id);
        }
        if (answer.TryGetProperty("headers", out JsonElement headers))
        {
            foreach (string name in headers.EnumerateObject().Select(h => h.Name).Where(h => h != "Retry-After"))
            {
                Assert.Contains(response.Headers.Concat(response.Content.Headers), h => h.Key == name);
            }
        }
    }

    private static void CheckValue(JsonElement document, JsonElement schema, JsonElement value, string where)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            JsonElement target = document;
            foreach (string step in reference.GetString()!.TrimStart('#', '/').Split('/'))
            {
                target = target.GetProperty(step);
            }
            CheckValue(document, target, value, where);
            return;
        }
        if (schema.TryGetProperty("oneOf", out JsonElement choices))
        {
            if (value.ValueKind != JsonValueKind.Null)
            {
                CheckValue(document, choices.EnumerateArray().Last(), value, where);
            }
            return;
        }
        if (schema.TryGetProperty("type", out JsonElement type))
        {
            string[] allowed = type.ValueKind == JsonValueKind.Array
                ? [.. type.EnumerateArray().Select(t => t.GetString()!)]
                : [type.GetString()!];
            Assert.True(
                allowed.Any(t => Fits(t, value)), $"{where} is {value.ValueKind}, not {string.Join(" or ", allowed)}");
        }
        if (value.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out JsonElement properties))
        {
            foreach (JsonProperty member in value.EnumerateObject())
            {
                Assert.True(
                    properties.TryGetProperty(member.Name, out JsonElement inner),
                    $"{where}.{member.Name} is not described");
                CheckValue(document, inner, member.Value, $"{where}.{member.Name}");
            }
            bool requires = schema.TryGetProperty("required", out JsonElement required);
            foreach (JsonElement needed in requires ? required.EnumerateArray() : [])
            {
                Assert.True(value.TryGetProperty(needed.GetString()!, out _), $"{where} lacks {needed}");
            }
        }
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out JsonElement items))
        {
            foreach (JsonElement item in value.EnumerateArray())
            {
                CheckValue(document, items, item, where + "[]");
            }
        }
    }

    private static bool Fits(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" or "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };
}
