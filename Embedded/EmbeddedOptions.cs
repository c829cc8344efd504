using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>How a process hosts its kernels.</summary>
public sealed record EmbeddedOptions
{
    /// <summary>
    /// False: kernels take messages and commands but do not run, so that looking changes nothing and a kernel can be
    /// paused before it runs on.
    /// </summary>
    public bool RunKernels { get; init; } = true;

    /// <summary>Called with the opened host before any kernel runs: who watches from here on misses nothing.</summary>
    public Func<IKernelHost, Task>? BeforeRun { get; init; }

    /// <summary>Threads that run machines. One core is left to everything else.</summary>
    public int SliceThreads { get; init; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>
    /// How far those threads stand back behind others of the process (Linux: added to their nice value). Where others
    /// must answer in time whatever runs here, 5 gives them three times the share of a core that both want.
    /// </summary>
    public int SliceThreadNice { get; init; }

    /// <summary>
    /// Gas of a slice: some milliseconds, which is what new work waits for at most behind a long run.
    /// </summary>
    public long SliceGas { get; init; } = 2_000_000;

    /// <summary>
    /// Gas that a recovery may have to run again: about a tenth of a second, so that even a program that never commits
    /// gets on in a process that is killed every second. A checkpoint follows.
    /// </summary>
    public long CheckpointGas { get; init; } = 50_000_000;

    /// <summary>
    /// Gas more for each byte that the last checkpoint of the kernel wrote: programs that change much memory would
    /// otherwise do little but write it. Ten is what keeps writing at about a tenth of the time.
    /// </summary>
    public long CheckpointGasPerByte { get; init; } = 10;

    /// <summary>Journal bytes that a recovery may have to read again. A checkpoint follows.</summary>
    public long CheckpointBytes { get; init; } = 4 << 20;

    /// <summary>Kernels that have had nothing to do for so long leave memory.</summary>
    public TimeSpan EvictAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Kernels in memory; above it, those leave that have had nothing to do for longest.</summary>
    public int LiveKernelsMax { get; init; } = 20_000;

    /// <summary>Events that are kept for watchers who come back; none unless a gateway stands in front.</summary>
    public int EventHistoryMax { get; init; }

    /// <summary>How often to look for evictions, due kernels that are not in memory, and garbage.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often to delete state that nothing reaches.</summary>
    public TimeSpan CollectEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a host that stops waits for a store that does not answer.</summary>
    public TimeSpan StorePatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Limits of kernels that are deployed from now on.</summary>
    public KernelLimits Limits { get; init; } = KernelLimits.Default;

    /// <summary>What a bundle may take in memory while it is imported or verified.</summary>
    public long BundleBytesMax { get; init; } = 1L << 30;

    /// <summary>
    /// Where kernels are, when several hosts share a store; it is given the host. Such a host brings no kernel into
    /// memory on its own: whoever decides where they are has <see cref="EmbeddedHost.Local"/> do it. Null: all are
    /// here.
    /// </summary>
    public Func<EmbeddedHost, IKernelReach>? Reach { get; init; }

    /// <summary>The host's name among those that share a store, each another; null: it is alone.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Told of a kernel that has left this host's memory: null when it had nothing to do, or what went wrong.
    /// </summary>
    public Action<KernelId, Exception?>? Left { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
