namespace Granary.Grains;

/// <summary>How kernels are spread over silos.</summary>
public sealed record KernelGrainOptions
{
    /// <summary>
    /// What may be on the way from this silo to each other one, in bytes; a kernel with more goes through the store.
    /// </summary>
    public long TransferBytesMax { get; init; } = 32L << 20;

    /// <summary>
    /// How long a kernel stays where it is, at least. Two that are exchanged faster can wait for each other until
    /// Orleans gives up both: reproduced below 10 ms, never seen from 10 ms on.
    /// </summary>
    public TimeSpan DwellMin { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A call between silos waits for a reply for so long, then asks again; below Orleans' timeout of
    /// 30 s.</summary>
    public TimeSpan CallWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a request looks for a kernel whose silo is gone: longer than finding out takes.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often to look for due kernels that nobody has in memory.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often to look for kernels in mid-run that nobody has in memory; at once when a silo goes.</summary>
    public TimeSpan WorkSweepEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a silo that stops sends its kernels to others; the rest go through the store.</summary>
    public TimeSpan DrainMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often one silo compares the load of all and has kernels moved; infinite: kernels move when they are told to.
    /// </summary>
    public TimeSpan BalanceEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The balancer moves no kernel that has been at its silo for less.</summary>
    public TimeSpan BalanceDwellMin { get; init; } = TimeSpan.FromSeconds(10);

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
