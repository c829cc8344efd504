using Granary.Kernels;
using Granary.Stores;

namespace Granary.Simulation;

/// <summary>What all runs of a simulation have in common.</summary>
internal sealed record SimSettings
{
    public int Nodes { get; init; } = 3;

    public SimFault Faults { get; init; } = SimFault.All;

    /// <summary>How long faults go on, in virtual microseconds.</summary>
    public long FaultsFor { get; init; } = 20_000_000;

    /// <summary>How long everything may take to settle after that.</summary>
    public long SettleWithin { get; init; } = 600_000_000;

    /// <summary>Kernels are paused when all clients are done.</summary>
    public bool PauseAtEnd { get; init; }

    /// <summary>A run that takes more has gone astray.</summary>
    public long EventsMax { get; init; } = 5_000_000;

    /// <summary>So many times more faults.</summary>
    public int Intensity { get; init; } = 1;

    /// <summary>Small, so that short runs checkpoint often and in mid-message.</summary>
    public ShellOptions Shell { get; init; } = new()
    {
        SliceGas = 20_000, TurnOverheadGas = 500, CheckpointGas = 60_000, CheckpointGasPerByte = 1,
        CheckpointBytes = 20_000, ConfirmsEpoch = true,
    };

    public SimSabotage Sabotage { get; init; }

    /// <summary>Puts something between the nodes and the medium.</summary>
    public Func<IKernelStore, IKernelStore>? WrapStore { get; init; }
}
