namespace Granary.Benchmarks;

/// <summary>A folder on the disk that is measured; it goes away with the benchmark.</summary>
internal sealed class DataFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("granary-benchmark-").FullName;

    /// <summary>What a crash at this moment would leave: the database and its log, nothing else.</summary>
    public DataFolder CopyAsByCrash()
    {
        DataFolder copy = new();
        foreach (string name in new[] { "granary.db", "granary.db-wal" })
        {
            string source = File(name);
            if (System.IO.File.Exists(source))
            {
                System.IO.File.Copy(source, copy.File(name));
            }
        }
        return copy;
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
