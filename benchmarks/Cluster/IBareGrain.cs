namespace Granary.Benchmarks;

/// <summary>What Orleans does by itself, with nothing of ours.</summary>
[Alias("granary.benchmarks.IBareGrain")]
internal interface IBareGrain : IGrainWithStringKey
{
    /// <summary>Gives back what it is given.</summary>
    [Alias("ping")]
    Task<byte[]> Ping([Immutable] byte[] payload);

    /// <summary>Writes its persistent state.</summary>
    [Alias("write")]
    Task Write([Immutable] byte[] payload);

    [Alias("where")]
    Task<SiloAddress> Where();
}
