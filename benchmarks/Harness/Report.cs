using System.Text.Json;
using System.Text.Json.Serialization;

namespace Granary.Benchmarks;

/// <summary>Everything of a run, for programs.</summary>
internal sealed record Report(Machine Machine, string Command, bool Quick, IReadOnlyList<Figure> Figures)
{
    private static readonly JsonSerializerOptions _format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string ToJson() => JsonSerializer.Serialize(this, _format);
}
