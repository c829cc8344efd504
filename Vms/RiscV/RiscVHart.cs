namespace Granary.Vms.RiscV;

/// <summary>Why the interpreter came back.</summary>
internal enum RiscVStop : byte
{
    /// <summary>The gas does not cover the next basic block, or one instruction was asked for.</summary>
    Budget,

    /// <summary>At an ecall, which is paid for.</summary>
    Ecall,

    /// <summary>See <see cref="RiscVHart.Fault"/>.</summary>
    Fault,
}

/// <summary>One hart with its memory: registers, pc and code.</summary>
internal sealed class RiscVHart(RiscVMemory memory, RiscVCode code, RiscVProfile profile)
{
    public const int RegisterCount = 32;
    public const int Ra = 1;
    public const int Sp = 2;
    public const int A0 = 10;
    public const int A7 = 17;

    /// <summary>No address is reserved: no store conditional succeeds.</summary>
    public const ulong NoReservation = ulong.MaxValue;

    public RiscVMemory Memory { get; } = memory;

    public RiscVCode Code { get; } = code;

    public RiscVProfile Profile { get; } = profile;

    /// <summary>x0 to x31, and the place where results for x0 go.</summary>
    public ulong[] X { get; } = new ulong[RegisterCount + 1];

    public ulong Pc { get; set; }

    /// <summary>The address of the last load reserved.</summary>
    public ulong Reservation { get; set; } = NoReservation;

    public RiscVFault Fault { get; private set; }

    /// <summary>The address, encoding or number that the fault is about.</summary>
    public ulong FaultValue { get; private set; }

    public RiscVStop Fail(RiscVFault fault, ulong value)
    {
        Fault = fault;
        FaultValue = value;
        return RiscVStop.Fault;
    }

    /// <summary>Says why the instruction at pc is none.</summary>
    public RiscVStop FailToFetch()
    {
        RiscVFault fault = Code.Fetch(Pc, out uint bits);
        return fault == RiscVFault.None ? Fail(RiscVFault.InvalidInstruction, bits) : Fail(fault, Pc);
    }

    /// <summary>The decoded instruction at pc; a fetch fault when there is none.</summary>
    public RiscVInstruction Next()
    {
        RiscVCodePage? page = Code.Find(Pc);
        return page is null
            ? new RiscVInstruction { Op = RiscVOp.FetchFault }
            : page.Slots[(int)((Pc - page.Start) / 2)];
    }
}
