namespace Granary.Stores;

/// <summary>The simulated machine has lost power; only <see cref="FaultStore.RecoverAsync"/> goes on.</summary>
public sealed class StoreCrashedException(long boundary)
    : Exception($"The simulated store lost power at write {boundary}; recover it to go on.")
{
    public long Boundary { get; } = boundary;
}
