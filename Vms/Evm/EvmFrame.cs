namespace Granary.Vms.Evm;

/// <summary>What a frame was made by. Saved: numbers never change.</summary>
internal enum EvmFrameKind : byte
{
    Transaction = 0,
    Call = 1,
    CallCode = 2,
    DelegateCall = 3,
    StaticCall = 4,
    Create = 5,
    Create2 = 6,
    CreateTransaction = 7,
}

/// <summary>One call under way. Frames share one stack and one memory: a frame's parts begin where its caller's end.
/// </summary>
internal sealed class EvmFrame
{
    public EvmFrameKind Kind { get; set; }

    public EvmCode Code { get; set; } = EvmCode.Empty;

    /// <summary>The account that executes, and where the world holds it.</summary>
    public EvmAddress Address { get; set; }

    public int Account { get; set; }

    public EvmAddress Caller { get; set; }

    public EvmWord Value { get; set; }

    /// <summary>The input, in the shared memory.</summary>
    public int InputOffset { get; set; }

    public int InputLength { get; set; }

    public int Pc { get; set; }

    /// <summary>Where the stack begins, in words of the shared one.</summary>
    public int StackBase { get; set; }

    /// <summary>Height of the stack in bytes.</summary>
    public int Height { get; set; }

    /// <summary>Where the memory begins in the shared one.</summary>
    public int MemoryBase { get; set; }

    /// <summary>A multiple of 32.</summary>
    public int MemorySize { get; set; }

    /// <summary>Gas left, while another frame runs or the machine is saved.</summary>
    public long Gas { get; set; }

    public bool IsStatic { get; set; }

    /// <summary>Where the caller wants the output, in its own memory.</summary>
    public int OutputOffset { get; set; }

    public int OutputLength { get; set; }

    /// <summary>What to go back to when the frame fails.</summary>
    public int WorldMark { get; set; }

    public int LogMark { get; set; }

    public long RefundMark { get; set; }

    public bool IsCreation => Kind is EvmFrameKind.Create or EvmFrameKind.Create2 or EvmFrameKind.CreateTransaction;

    public int StackWords => Height / EvmWord.Bytes;

    public int MemoryEnd => MemoryBase + MemorySize;
}
