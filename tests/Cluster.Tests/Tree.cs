using System.Runtime.CompilerServices;

namespace Granary.Cluster.Tests;

/// <summary>The repository that these tests are of.</summary>
internal static class Tree
{
    public static string Root { get; } = Find();

    private static string Find([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
