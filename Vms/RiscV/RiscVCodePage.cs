using static Granary.Vms.RiscV.RiscVOp;

namespace Granary.Vms.RiscV;

/// <summary>
/// A page of decoded code: one slot for each halfword, because a jump may go to any of them. Each slot knows the cycles
/// from itself to the end of its basic block, so that the interpreter pays once a block.
/// </summary>
internal sealed class RiscVCodePage
{
    private const int SlotsPerPage = SnapshotFormat.PageBytes / 2;

    private RiscVCodePage(ulong start, RiscVInstruction[] slots)
    {
        Start = start;
        Slots = slots;
    }

    /// <summary>The address of the first slot; odd when the code is.</summary>
    public ulong Start { get; }

    /// <summary>
    /// The page's slots, then as many <see cref="PageEnd"/> as the longest instruction can reach into the next page.
    /// </summary>
    public RiscVInstruction[] Slots { get; }

    public static RiscVCodePage Decode(RiscVCode code, ulong start, RiscVProfile profile)
    {
        RiscVInstruction[] raw = new RiscVInstruction[SlotsPerPage + RiscVFusion.HalfwordsMax];
        for (int at = 0; at < raw.Length; at++)
        {
            raw[at] = DecodeOne(code, start + (ulong)(2 * at), profile);
        }
        RiscVInstruction[] slots = new RiscVInstruction[raw.Length];
        slots.AsSpan(SlotsPerPage).Fill(new RiscVInstruction { Op = PageEnd });
        for (int at = SlotsPerPage - 1; at >= 0; at--)
        {
            ulong pc = start + (ulong)(2 * at);
            RiscVInstruction i = profile.Fuses ? RiscVFusion.Fuse(raw, at, pc, profile) : raw[at];
            i = Lower(i, at, pc, profile);
            i.BlockCycles = profile.Cycles(i.Op);
            if (!RiscVOpcodes.EndsBlock(i.Op))
            {
                i.BlockCycles += slots[at + i.Halfwords].BlockCycles;
            }
            slots[at] = i;
        }
        return new RiscVCodePage(start, slots);
    }

    /// <summary>The single instruction at an address.</summary>
    public static RiscVInstruction DecodeOne(RiscVCode code, ulong pc, RiscVProfile profile)
    {
        if (code.Fetch(pc, out uint bits) != RiscVFault.None)
        {
            return new RiscVInstruction { Op = FetchFault, Halfwords = 1 };
        }
        if ((bits & 3) == 3)
        {
            return RiscVDecoder.Decode(bits, profile);
        }
        uint word = RiscVCompressed.Expand(bits, profile.RefusesHints);
        return RiscVDecoder.Decode(word, profile) with { Halfwords = 1 };
    }

    /// <summary>Rewrites an instruction into what the interpreter runs fastest; cycles stay what they were.</summary>
    private static RiscVInstruction Lower(RiscVInstruction i, int at, ulong pc, RiscVProfile profile)
    {
        switch (i.Op)
        {
            case Lui:
                i.Op = LoadImm;
                break;
            case Auipc when (long)pc + i.Imm == (int)((long)pc + i.Imm):
                i.Op = LoadImm;
                i.Imm = (int)((long)pc + i.Imm);
                break;
            case Jalr when profile.JalrWritesLinkFirst && i.Rd == i.Rs1 && i.Rd != 0:
                i.Op = JalrOverwritten;
                break;
            case Jal or (>= Beq and <= Bgeu):
                int distance = i.Imm / 2;
                if ((uint)(at + distance) < SlotsPerPage)
                {
                    i.Imm = distance;
                }
                else
                {
                    i.Op = i.Op == Jal ? JalFar : i.Op - Beq + BeqFar;
                }
                break;
        }
        if (i.Rd == 0)
        {
            i.Rd = RiscVInstruction.Sink;
        }
        if (i.Rs3 == 0)
        {
            i.Rs3 = RiscVInstruction.Sink;
        }
        return i;
    }
}
