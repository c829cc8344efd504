using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Granary.Tests;

namespace Granary.Vms.RiscV.Tests;

/// <summary>Reads the vector files; a file that is missing or empty is an error, never a pass.</summary>
internal static class RiscVVectorFiles
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>The cases of a file with one JSON object a line, by id.</summary>
    public static Lazy<Dictionary<string, T>> Lines<T>(string file, Func<T, string> id) => new(() =>
        Cases(file, Read(file).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonSerializer.Deserialize<T>(l, _options)!).ToDictionary(id, StringComparer.Ordinal)));

    /// <summary>The cases of a file with one JSON array, by id.</summary>
    public static Lazy<Dictionary<string, T>> Array<T>(string file, Func<T, string> id) => new(() =>
        Cases(file, JsonSerializer.Deserialize<T[]>(Read(file), _options)!.ToDictionary(id, StringComparer.Ordinal)));

    /// <summary>The lines of a text file, without comments.</summary>
    public static string[] Text(string file)
    {
        string[] lines = [.. Read(file).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#')];
        Assert.True(lines.Length > 0, $"{file} holds no case.");
        return lines;
    }

    /// <summary>The content of a file that is packed, or as it is: our own are small and readable.</summary>
    private static string Read(string file)
    {
        string path = Path.Combine(VectorFolders.Find("riscv64"), file);
        if (!File.Exists(path + ".gz"))
        {
            return File.ReadAllText(path);
        }
        using GZipStream unpacked = new(File.OpenRead(path + ".gz"), CompressionMode.Decompress);
        using StreamReader reader = new(unpacked, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static Dictionary<string, T> Cases<T>(string file, Dictionary<string, T> cases)
    {
        Assert.True(cases.Count > 0, $"{file} holds no case.");
        return cases;
    }
}
