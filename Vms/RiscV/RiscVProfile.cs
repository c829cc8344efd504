namespace Granary.Vms.RiscV;

/// <summary>
/// Which machine it is: the three versions of CKB-VM with their peculiarities, or the actor. The peculiarities are what
/// the reference does, not what the specification says; each has one name here and is asked for by it.
/// </summary>
internal sealed record RiscVProfile
{
    /// <summary>4 MiB, as CKB-VM has it.</summary>
    public const int CkbMemoryBytes = 4 << 20;

    public static RiscVProfile Ckb0 { get; } = new()
    {
        Name = "ckb-v0", Version = 0, LoadsNeedAByteBehind = true, JalrWritesLinkFirst = true, RefusesHints = true,
        FreezesData = true, ClearsPaddingLate = true, PushesWords = true,
    };

    public static RiscVProfile Ckb1 { get; } = new()
    {
        Name = "ckb-v1", Version = 1, HasBits = true, Fuses = true, AlignsStack = true, FarJumpsDropTheFirst = true,
    };

    public static RiscVProfile Ckb2 { get; } = new()
    {
        Name = "ckb-v2", Version = 2, HasBits = true, Fuses = true, AlignsStack = true, FusesMore = true,
    };

    /// <summary>A program that lives: RV64IMAC and the bits, memory as large as the program asks for.</summary>
    public static RiscVProfile Actor { get; } = new()
    {
        Name = "riscv", Version = 2, HasBits = true, HasAtomics = true, AlignsStack = true, IsActor = true,
    };

    public required string Name { get; init; }

    /// <summary>The script version of CKB: what vm_version answers, and which system calls exist.</summary>
    public required int Version { get; init; }

    public bool IsActor { get; init; }

    /// <summary>Every instruction costs one: for measuring, where cycles become a count.</summary>
    public bool CountsInstructions { get; init; }

    /// <summary>Zba, Zbb, Zbc, Zbs.</summary>
    public bool HasBits { get; init; }

    /// <summary>The A extension: the reference refuses it in all its versions.</summary>
    public bool HasAtomics { get; init; }

    /// <summary>Sequences of instructions are executed, and charged, as one.</summary>
    public bool Fuses { get; init; }

    /// <summary>The sequences that version 2 added.</summary>
    public bool FusesMore { get; init; }

    /// <summary>Version 0: a load whose last byte is the last byte of memory fails.</summary>
    public bool LoadsNeedAByteBehind { get; init; }

    /// <summary>Version 0: jalr with rd = rs1 computes its target from the link address.</summary>
    public bool JalrWritesLinkFirst { get; init; }

    /// <summary>Version 0: compressed encodings without effect are invalid instead of doing nothing.</summary>
    public bool RefusesHints { get; init; }

    /// <summary>Version 0: writable segments freeze their pages too, so that no later one may overlap them.</summary>
    public bool FreezesData { get; init; }

    /// <summary>
    /// Version 0: what a segment's first page holds before the segment is cleared after the page became executable,
    /// which fails.
    /// </summary>
    public bool ClearsPaddingLate { get; init; }

    /// <summary>Version 0: the values of the first stack are stored as four bytes of their eight.</summary>
    public bool PushesWords { get; init; }

    /// <summary>From version 1: sp is a multiple of 16, and argv ends with a zero.</summary>
    public bool AlignsStack { get; init; }

    /// <summary>
    /// Version 1: auipc or lui with a jalr are fused for any register, and its value is not written to it.
    /// </summary>
    public bool FarJumpsDropTheFirst { get; init; }

    /// <summary>What an instruction costs.</summary>
    public int Cycles(RiscVOp op)
    {
        int cycles = RiscVOpcodes.Cycles(op);
        return CountsInstructions ? Math.Min(cycles, 1) : cycles;
    }
}
