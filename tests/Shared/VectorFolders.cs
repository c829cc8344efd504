using System.Runtime.CompilerServices;

namespace Granary.Tests;

/// <summary>
/// Finds the conformance vectors of an engine: in the directory named by GRANARY_VECTORS, else in ../shared/vectors
/// beside the repository, else in tests/vectors; each when it has a folder of that name.
/// </summary>
internal static class VectorFolders
{
    /// <summary>The folder of an engine's vectors.</summary>
    /// <exception cref="DirectoryNotFoundException">
    /// No place has one, or GRANARY_VECTORS names no directory.
    /// </exception>
    public static string Find(string engine)
    {
        string? named = Environment.GetEnvironmentVariable("GRANARY_VECTORS");
        if (!string.IsNullOrEmpty(named) && !Directory.Exists(named))
        {
            throw new DirectoryNotFoundException($"GRANARY_VECTORS names '{named}', which is no directory.");
        }
        string[] places =
        [
            named ?? "", Path.Combine(RepositoryRoot(), "..", "shared", "vectors"),
            Path.Combine(RepositoryRoot(), "tests", "vectors"),
        ];
        return places.Where(p => p.Length > 0).Select(p => Path.Combine(p, engine)).FirstOrDefault(Directory.Exists)
            ?? throw new DirectoryNotFoundException($"No folder '{engine}' in {string.Join(", ", places)}.");
    }

    /// <summary>The top folder of the repository, found from where this source file was compiled.</summary>
    public static string RepositoryRoot() =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    // Not a parameter of RepositoryRoot: there it would be the file of whoever calls.
    private static string ThisFile([CallerFilePath] string path = "") => path;
}
