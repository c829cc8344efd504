namespace Granary.Vms.Evm;

/// <summary>What the loop does after an instruction.</summary>
internal enum EvmSignal : byte
{
    /// <summary>Goes on with the next instruction.</summary>
    Next = 0,

    /// <summary>Goes on in another frame.</summary>
    FrameChanged = 1,

    /// <summary>The frame broke a rule of the machine: <see cref="EvmRun.Failure"/> says which.</summary>
    Failed = 2,

    /// <summary>The message ends: <see cref="EvmRun.Trap"/> says why.</summary>
    Trapped = 3,

    SliceEnded = 4,

    /// <summary>The outermost frame has ended.</summary>
    Finished = 5,
}
