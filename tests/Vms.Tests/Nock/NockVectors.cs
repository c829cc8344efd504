using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Granary.Tests;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

/// <summary>The vectors, by file and name.</summary>
internal static class NockVectors
{
    private static readonly Dictionary<string, Dictionary<string, JsonElement>> _files =
        new[]
        {
            "jam", "mug", "cue-reject", "text", "aura", "eval-rules", "eval-programs", "eval-random", "jets", "sign",
            "kv",
        }.ToDictionary(f => f, Read);

    public static TheoryData<string> Names(string file) => [.. _files[file].Keys];

    public static JsonElement Case(string file, string name) => _files[file][name];

    public static IEnumerable<JsonElement> All(string file) => _files[file].Values;

    public static string Text(this JsonElement vector, string field) => vector.GetProperty(field).GetString()!;

    public static bool Has(this JsonElement vector, string field) => vector.TryGetProperty(field, out _);

    public static Noun ReadNoun(this JsonElement vector, string field) => NounText.Parse(vector.Text(field));

    /// <summary>The noun of <c>noun</c> or <c>dag</c>.</summary>
    public static Noun ReadNoun(this JsonElement vector)
    {
        if (!vector.TryGetProperty("dag", out JsonElement dag))
        {
            return vector.ReadNoun("noun");
        }
        List<Noun> nodes = [];
        foreach (JsonElement node in dag.EnumerateArray())
        {
            nodes.Add(node.ValueKind == JsonValueKind.String
                ? ReadAtom(node.GetString()!)
                : new Cell(nodes[node[0].GetInt32()], nodes[node[1].GetInt32()]));
        }
        return nodes[^1];
    }

    private static Atom ReadAtom(string text) => Atom.FromBigInteger(
        text.StartsWith("0x", StringComparison.Ordinal)
            ? BigInteger.Parse("0" + text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : BigInteger.Parse(text, CultureInfo.InvariantCulture));

    private static Dictionary<string, JsonElement> Read(string file)
    {
        string path = Path.Combine(VectorFolders.Find("nock"), file + ".json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return document.RootElement.EnumerateArray().ToDictionary(c => c.Text("name"), c => c.Clone());
    }
}
