using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using Granary.Tests;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Reads the vectors, packed as the folder's README says.</summary>
internal static class EvmVectorPack
{
    private static readonly ConcurrentDictionary<string, JsonDocument> _packs = new();

    public static string Folder { get; } = VectorFolders.Find("evm");

    /// <summary>The packs of a group, by their file names without ending; empty when the folder has no such group.
    /// </summary>
    public static IEnumerable<string> Packs(string group)
    {
        string folder = Path.Combine(Folder, group);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.json.gz").Order(StringComparer.Ordinal)
                .Select(f => Path.GetFileName(f)[..^".json.gz".Length])
            : [];
    }

    public static JsonElement Open(string group, string pack) => Open(Path.Combine(group, pack + ".json.gz"));

    /// <summary>A file of the folder, packed or not.</summary>
    public static JsonElement Open(string file) => _packs.GetOrAdd(Path.Combine(Folder, file), path =>
    {
        using FileStream stream = File.OpenRead(path);
        if (!path.EndsWith(".gz", StringComparison.Ordinal))
        {
            return JsonDocument.Parse(stream);
        }
        using GZipStream unzipped = new(stream, CompressionMode.Decompress);
        return JsonDocument.Parse(unzipped);
    }).RootElement;

    /// <summary>Hexadecimal digits, mostly behind 0x; an odd count is a number without its first zero.</summary>
    public static byte[] Bytes(string text)
    {
        string digits = text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text;
        return Convert.FromHexString(digits.Length % 2 == 0 ? digits : "0" + digits);
    }

    public static byte[] Bytes(JsonElement of, string name) => Bytes(of.GetProperty(name).GetString()!);

    public static EvmWord Word(JsonElement of, string name) => Word(of.GetProperty(name).GetString()!);

    public static EvmWord Word(string text)
    {
        ReadOnlySpan<byte> bytes = Bytes(text).AsSpan().TrimStart((byte)0);
        return EvmWord.FromBytes(bytes);
    }

    public static ulong Number(JsonElement of, string name) => Word(of, name).U0;

    public static EvmAddress Address(JsonElement of, string name) => EvmAddress.FromWord(Word(of, name));
}
