namespace Granary.Vms.RiscV;

/// <summary>How a system call ended.</summary>
internal enum RiscVOutcome : byte
{
    /// <summary>The program goes on behind the ecall.</summary>
    Done,

    /// <summary>As <see cref="Done"/>, but another process may run first.</summary>
    Yield,

    /// <summary>The whole machine waits for the host, at the ecall.</summary>
    Suspend,

    /// <summary>The process has ended.</summary>
    Exit,

    /// <summary>The program has ended with the output in the state's reply.</summary>
    Halt,

    /// <summary>As <see cref="Halt"/>, and asks for its changes to be undone.</summary>
    Revert,

    /// <summary>The process goes on as another program.</summary>
    Replaced,
    OutOfGas,
    LimitExceeded,

    /// <summary>See the hart's fault.</summary>
    Fault,
}

/// <summary>A system call under way: the process that made it, and what it may reach.</summary>
internal ref struct RiscVCall(RiscVState state, RiscVProgram program, RiscVProcess process, IVmHost host,
    ref GasMeter gas)
{
    public ref GasMeter Gas = ref gas;

    public readonly RiscVState State => state;

    public readonly RiscVProgram Program => program;

    public readonly RiscVProcess Process => process;

    public readonly IVmHost Host => host;

    public readonly RiscVHart Hart => process.Hart;

    public readonly RiscVMemory Memory => process.Hart.Memory;

    /// <summary>An argument: a0 is number 0.</summary>
    public readonly ulong Argument(int number) => process.Hart.X[RiscVHart.A0 + number];

    /// <summary>Ends the call with a value in a0.</summary>
    public readonly RiscVOutcome Return(ulong value)
    {
        process.Hart.X[RiscVHart.A0] = value;
        return RiscVOutcome.Done;
    }

    public readonly RiscVOutcome Fail(RiscVFault fault, ulong value)
    {
        process.Hart.Fail(fault, value);
        return RiscVOutcome.Fault;
    }

    /// <summary>Charges cycles that are not an instruction's.</summary>
    public readonly bool TryCharge(long cycles)
    {
        bool paid = Gas.TryCharge(cycles);
        state.Cycles += paid ? (ulong)cycles : 0;
        return paid;
    }
}

internal delegate RiscVOutcome RiscVCallHandler(ref RiscVCall call);

/// <param name="VersionMin">The first script version of CKB that has it.</param>
internal sealed record RiscVCallInfo(ulong Number, string Name, int VersionMin, RiscVCallHandler Handler);
