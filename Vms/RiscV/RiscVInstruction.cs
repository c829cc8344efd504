namespace Granary.Vms.RiscV;

/// <summary>
/// One decoded instruction. Sixteen bytes, because the interpreter steps from one to the next by address.
/// </summary>
internal struct RiscVInstruction
{
    /// <summary>Stands for x0 where a result goes: nothing reads it.</summary>
    public const byte Sink = 32;

    public RiscVOp Op;
    public byte Rd;
    public byte Rs1;
    public byte Rs2;

    /// <summary>Only fused instructions have more than three registers.</summary>
    public byte Rs3;
    public byte Rs4;

    /// <summary>Length in units of two bytes, of all parts together when fused.</summary>
    public byte Halfwords;

    /// <summary>
    /// An immediate; of jumps inside their page the distance in slots, of the others the distance in bytes.
    /// </summary>
    public int Imm;

    /// <summary>Cycles from this instruction to the end of its basic block, this one included.</summary>
    public int BlockCycles;
}
