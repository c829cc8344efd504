using Granary.Tests;

namespace Granary.Deploy.Tests;

/// <summary>Where things are in the repository.</summary>
internal static class Tree
{
    public static string Root { get; } = VectorFolders.RepositoryRoot();

    public static string Deploy { get; } = Path.Combine(Root, "deploy");

    public static string Overlays { get; } = Path.Combine(Deploy, "kubernetes", "overlays");

    /// <summary>The full path of a program that is installed; null when it is not.</summary>
    public static string? Program(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Select(p => Path.Combine(p, name)).FirstOrDefault(File.Exists);
}
