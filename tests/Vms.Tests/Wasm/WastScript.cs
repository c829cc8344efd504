using System.Collections.Concurrent;
using System.Text.Json;

namespace Granary.Vms.Tests.Wasm;

/// <summary>A value of a script; the text is a number's bits, <c>null</c>, or a class of NaN.</summary>
internal sealed record WastValue(string Type, string? Value);

internal sealed record WastAction(string Type, string Field, string? Module, WastValue[]? Args);

internal sealed record WastCommand(string Type, int Line)
{
    public string? Name { get; init; }

    public string? As { get; init; }

    public string? Filename { get; init; }

    public string? Text { get; init; }

    public string? ModuleType { get; init; }

    public WastAction? Action { get; init; }

    public WastValue[]? Expected { get; init; }
}

/// <summary>A script of the official suite, converted.</summary>
internal sealed record WastScript(string Name, WastCommand[] Commands, Dictionary<string, byte[]> Modules)
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private static readonly Lazy<SortedDictionary<string, string>> _sources = new(WastTools.Scripts);

    /// <remarks>
    /// comments.wast is about nothing but the text format (wabt 1.0.32 does not read it), which the engine does not
    /// have.
    /// </remarks>
    public static IEnumerable<string> Names => _sources.Value.Keys.Where(n => n != "comments");

    private static readonly ConcurrentDictionary<string, WastScript> _loaded = new(StringComparer.Ordinal);

    public static WastScript Load(string name) => _loaded.GetOrAdd(name, Convert);

    private static WastScript Convert(string name)
    {
        (string json, Dictionary<string, byte[]> modules) = WastTools.Convert(name, _sources.Value[name]);
        File? file = JsonSerializer.Deserialize<File>(json, _json);
        return new WastScript(name, file!.Commands, modules);
    }

    private sealed record File(WastCommand[] Commands);
}
