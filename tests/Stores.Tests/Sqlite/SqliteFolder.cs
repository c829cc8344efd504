namespace Granary.Stores.Tests;

/// <summary>A folder of its own for one test.</summary>
internal sealed class SqliteFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("granary-");

    public string File => Path.Combine(_folder.FullName, "granary.db");

    public static SqliteStoreOptions Options { get; } = new() { ChildLinks = TestNodes.ChildLinks };

    public SqliteStore Open() => SqliteStore.Open(File, Options);

    public void Dispose() => _folder.Delete(recursive: true);
}
