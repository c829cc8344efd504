using System.IO.Compression;
using System.Text.Json;
using Granary.Tests;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>Reads the vector files; a file that is missing or empty is an error, never a pass.</summary>
internal static class Mcs51VectorFile
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    private static readonly Lazy<Dictionary<string, Mcs51Base[]>> Bases =
        new(() => Read<Dictionary<string, Mcs51Base[]>>("bases.json"));

    private static readonly Dictionary<string, Lazy<object>> Files = [];

    public static Mcs51Base Base(string variant, int index) => Bases.Value[variant][index];

    public static TheoryData<string> Names<T>(string file) where T : IMcs51Vector => [.. Lines<T>(file).Keys];

    public static T Find<T>(string file, string id) where T : IMcs51Vector => Lines<T>(file)[id];

    public static Mcs51AluTable[] AluTables() => Read<Mcs51AluTable[]>("alu_tables.json");

    private static Dictionary<string, T> Lines<T>(string file) where T : IMcs51Vector
    {
        Lazy<object> lazy;
        lock (Files)
        {
            if (!Files.TryGetValue(file, out lazy!))
            {
                lazy = new Lazy<object>(() => ReadLines<T>(file));
                Files.Add(file, lazy);
            }
        }
        return (Dictionary<string, T>)lazy.Value;
    }

    private static Dictionary<string, T> ReadLines<T>(string file) where T : IMcs51Vector
    {
        string path = Path.Combine(VectorFolders.Find("mcs51"), file);
        using GZipStream unpacked = new(File.OpenRead(path), CompressionMode.Decompress);
        using StreamReader reader = new(unpacked);
        Dictionary<string, T> vectors = new(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            T vector = JsonSerializer.Deserialize<T>(line, Options)!;
            vectors.Add(vector.Id, vector);
        }
        Assert.True(vectors.Count > 0, $"{path} holds no case.");
        return vectors;
    }

    private static T Read<T>(string file) => JsonSerializer.Deserialize<T>(
        File.ReadAllBytes(Path.Combine(VectorFolders.Find("mcs51"), file)), Options)!;
}
