namespace Granary.Kernels;

/// <summary>How a <see cref="KernelShell"/> treats its kernel. Times are milliseconds.</summary>
public sealed record ShellOptions
{
    /// <summary>False: the kernel takes messages and commands but does not run, wake or send again.</summary>
    public bool RunKernels { get; init; } = true;

    /// <summary>
    /// Gas of a slice: some milliseconds, which is what new work waits for at most behind a long run.
    /// </summary>
    public long SliceGas { get; init; } = 2_000_000;

    /// <summary>What a turn costs beside its machine, so that a slice of many tiny turns ends in time.</summary>
    public long TurnOverheadGas { get; init; } = 10_000;

    /// <summary>A slice may be followed by about so much compiling on its thread; other threads go on.</summary>
    public int CompileMicroseconds { get; init; } = 20_000;

    /// <summary>Gas that a recovery may have to run again. A checkpoint follows.</summary>
    public long CheckpointGas { get; init; } = 50_000_000;

    /// <summary>Gas more for each byte that the last checkpoint wrote.</summary>
    public long CheckpointGasPerByte { get; init; } = 10;

    /// <summary>Journal bytes that a recovery may have to read again. A checkpoint follows.</summary>
    public long CheckpointBytes { get; init; } = 4 << 20;

    /// <summary>
    /// True where another process can activate the same kernel: then nothing at all is told before the store has said
    /// that this activation is still the newest. One that has become old and has nothing to write would otherwise never
    /// learn it, give old answers, and leave those waiting who are waited for elsewhere.
    /// </summary>
    public bool ConfirmsEpoch { get; init; }

    /// <summary>
    /// A message that nobody acknowledged for so long may be lost: it is sent again. Doubles with each try.
    /// </summary>
    public long ResendAfter { get; init; } = 1_000;

    public long ResendAfterMax { get; init; } = 32_000;

    /// <summary>
    /// How long to wait after a receiver has refused a message for now. Doubles while it goes on refusing.
    /// </summary>
    public long RefusedDelay { get; init; } = 20;

    public long RefusedDelayMax { get; init; } = 2_000;
}
