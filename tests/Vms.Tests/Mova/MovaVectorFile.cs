using System.Text.Json;
using Granary.Tests;

namespace Granary.Vms.Mova.Tests;

/// <summary>Reads the vector files; a file that is missing or empty is an error, never a pass.</summary>
internal static class MovaVectorFile
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private static readonly Lazy<IReadOnlyDictionary<string, MovaVector>> Programs = new(() => Read("programs.json"));
    private static readonly Lazy<IReadOnlyDictionary<string, MovaVector>> States = new(() => Read("state.json"));
    private static readonly Lazy<IReadOnlyDictionary<string, MovaVector>> Restores = new(() => Read("restore.json"));

    public static TheoryData<string> ProgramNames(Func<MovaVector, bool> where) => Names(Programs.Value, where);

    public static TheoryData<string> StateNames => Names(States.Value, _ => true);

    public static TheoryData<string> RestoreNames => Names(Restores.Value, _ => true);

    public static MovaVector Program(string name) => Programs.Value[name];

    public static MovaVector State(string name) => States.Value[name];

    public static MovaVector Restore(string name) => Restores.Value[name];

    private static TheoryData<string> Names(
        IReadOnlyDictionary<string, MovaVector> vectors, Func<MovaVector, bool> where) =>
        [.. vectors.Values.Where(where).Select(v => v.Name)];

    private static Dictionary<string, MovaVector> Read(string file)
    {
        string path = Path.Combine(VectorFolders.Find("mova"), file);
        MovaVector[] vectors = JsonSerializer.Deserialize<MovaVector[]>(File.ReadAllBytes(path), Options)!;
        Assert.True(vectors.Length > 0, $"{path} holds no case.");
        return vectors.ToDictionary(v => v.Name, StringComparer.Ordinal);
    }
}
