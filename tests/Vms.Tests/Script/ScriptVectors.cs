using System.Text;
using System.Text.Json;
using Granary.Tests;
using Granary.Vms.Script;

namespace Granary.Vms.Tests.Script;

/// <summary>The vectors of tests/vectors/script.</summary>
internal static class ScriptVectors
{
    private static readonly Lazy<IReadOnlyList<(string File, ScriptVector Vector)>> Loaded = new(ReadAll);

    public static string Folder => VectorFolders.Find("script");

    public static IReadOnlyList<(string File, ScriptVector Vector)> All => Loaded.Value;

    /// <summary>Each character of a vector's text is one byte.</summary>
    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public static byte[] Compile(ScriptVector vector) => ScriptAssembler.Assemble(Source(vector), VmLimits.Default);

    public static string Source(ScriptVector vector) => string.Join('\n', vector.Source);

    public static IVmProgram Load(ScriptVector vector) => new ScriptEngine().Load(Compile(vector), VmLimits.Default);

    private static List<(string File, ScriptVector Vector)> ReadAll()
    {
        List<(string File, ScriptVector Vector)> vectors = [];
        foreach (string path in Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal))
        {
            string file = Path.GetFileNameWithoutExtension(path);
            string json = File.ReadAllText(path);
            ScriptVector[] cases = JsonSerializer.Deserialize<ScriptVector[]>(json, ScriptOutcome.Json)!;
            vectors.AddRange(cases.Select(v => (file, v)));
        }
        return vectors.Count > 0
            ? vectors
            : throw new InvalidDataException($"'{Folder}' holds no Script vectors.");
    }
}
