using Granary.Stores;
using Granary.Tests;

namespace Granary.Embedded.Tests;

public enum MediumKind
{
    Memory,
    Sqlite,
    Postgres,
}

/// <summary>What survives a host: a store in memory, a file, or a database. Whoever makes one removes it.</summary>
internal sealed class Medium
{
    private readonly string? _folder;
    private readonly Func<IKernelStore> _open;

    public Medium(MediumKind kind)
    {
        if (kind == MediumKind.Memory)
        {
            MemoryStore memory = new();
            _open = () => memory;
        }
        else if (kind == MediumKind.Postgres)
        {
            Address = PostgresAddress.Parse(
                PostgresServer.Shared.Url("m" + Guid.NewGuid().ToString("N")[..16]));
            PostgresStore.MigrateAsync(Address).GetAwaiter().GetResult();
            _open = () => PostgresStore.OpenAsync(Address).GetAwaiter().GetResult();
        }
        else
        {
            _folder = Directory.CreateTempSubdirectory("granary-test-").FullName;
            _open = () => SqliteStore.Open(Path.Combine(_folder, "granary.db"));
        }
    }

    /// <summary>Where the database is, if it is one.</summary>
    public PostgresAddress? Address { get; }

    public IKernelStore Open() => _open();

    public void Remove()
    {
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
