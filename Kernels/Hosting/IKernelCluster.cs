namespace Granary.Kernels;

/// <summary>
/// What one can do with the processes of a cluster, from any of them. Errors are <see cref="KernelHostException"/>.
/// </summary>
public interface IKernelCluster
{
    /// <summary>The silos that are known, also those that stop or are gone, by name.</summary>
    Task<IReadOnlyList<SiloInfo>> ListSilosAsync(CancellationToken cancellationToken = default);

    /// <summary>Where a kernel is; it comes into memory for that.</summary>
    Task<KernelPlace> FindAsync(KernelId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Has a kernel go to another silo, in the middle of whatever it does; returns when it is there. Its callers notice
    /// a short delay.
    /// </summary>
    Task<KernelPlace> MigrateAsync(KernelId id, string silo, CancellationToken cancellationToken = default);
}

/// <param name="Status">As the membership says: active, joining, shutting down, dead.</param>
/// <param name="IsHere">It is the one that answers.</param>
public sealed record SiloInfo(string Name, string Address, string Status, bool IsHere);

public sealed record KernelPlace(KernelId Id, string Silo);
