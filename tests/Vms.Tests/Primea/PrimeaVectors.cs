using System.Text.Json;
using Granary.Tests;

namespace Granary.Vms.Tests.Primea;

/// <summary>Published cases by name.</summary>
internal static class PrimeaVectors
{
    public static Dictionary<string, JsonElement> Load(string file)
    {
        string path = Path.Combine(VectorFolders.Find("primea"), file);
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 512 });
        Dictionary<string, JsonElement> cases = document.RootElement.Clone().EnumerateArray()
            .ToDictionary(vector => vector.GetProperty("name").GetString()!);
        return cases.Count > 0 ? cases : throw new InvalidDataException($"'{path}' holds no case.");
    }
}
