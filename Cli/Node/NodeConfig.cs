using System.Text.Json;

namespace Granary.Cli;

/// <summary>A file of settings: one JSON object with the names of the flags.</summary>
internal static class NodeConfig
{
    private const int BytesMax = 64 << 10;

    // People write it.
    private static readonly JsonDocumentOptions s_lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    };

    /// <exception cref="UsageException">It cannot be read, or has a setting that there is not.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path, IReadOnlyCollection<string> names)
    {
        byte[] bytes = Files.Read(path, BytesMax);
        Dictionary<string, string> settings = [];
        try
        {
            using JsonDocument json = JsonDocument.Parse(bytes, s_lenient);
            foreach (JsonProperty setting in json.RootElement.EnumerateObject())
            {
                if (!names.Contains(setting.Name))
                {
                    string near = UsageCheck.Nearest(setting.Name, names) is { } name ? $"Did you mean '{name}'? " : "";
                    throw new UsageException(
                        $"'{path}' has the setting '{setting.Name}', which there is not.",
                        $"{near}There are: {string.Join(", ", names)}.");
                }
                settings[setting.Name] = TextOf(path, setting);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UsageException($"'{path}' is no JSON object: {e.Message}");
        }
        return settings;
    }

    private static string TextOf(string path, JsonProperty setting) => setting.Value.ValueKind switch
    {
        JsonValueKind.String => setting.Value.GetString()!,
        JsonValueKind.Number => setting.Value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Array when setting.Value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) =>
            string.Join(',', setting.Value.EnumerateArray().Select(v => v.GetString())),
        _ => throw new UsageException(
            $"'{setting.Name}' in '{path}' is no text, number, true, false or list of texts."),
    };
}
