using Granary.Tests;

namespace Granary.Vms.Tests.Primea;

internal static class PrimeaSamples
{
    public static string Read(string name) =>
        File.ReadAllText(Path.Combine(VectorFolders.RepositoryRoot(), "samples", "primea", $"{name}.primea"));
}
