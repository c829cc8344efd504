using static Granary.Vms.RiscV.RiscVOp;

namespace Granary.Vms.RiscV;

/// <summary>
/// Recognises the sequences that versions 1 and 2 of CKB execute as one instruction, with exactly the reference's
/// conditions on registers: they decide what a program costs.
/// </summary>
internal static class RiscVFusion
{
    private const byte Ra = 1;

    /// <summary>Units of two bytes that the longest sequence takes: five instructions of four bytes.</summary>
    public const int HalfwordsMax = 10;

    /// <summary>The instruction at an index, fused with those behind it when they make up a sequence.</summary>
    /// <param name="raw">
    /// Decoded instructions by halfword; <see cref="HalfwordsMax"/> of them follow the index.
    /// </param>
    public static RiscVInstruction Fuse(ReadOnlySpan<RiscVInstruction> raw, int at, ulong pc, RiscVProfile profile)
    {
        RiscVInstruction head = raw[at];
        RiscVInstruction? fused = head.Op switch
        {
            Add => TryAdc(raw, at) ?? (profile.FusesMore ? TryAdd3(raw, at) ?? TryAdcs(raw, at) : null),
            Sub => TrySbb(raw, at) ?? (profile.FusesMore ? TrySbbs(raw, at) : null),
            Lui => TryLui(head, Next(raw, at, head), profile),
            Auipc => TryAuipc(head, Next(raw, at, head), pc, profile),
            Mulh => TryWide(head, Next(raw, at, head), Mul, WideMul),
            Mulhu => TryWide(head, Next(raw, at, head), Mul, WideMulu),
            Mulhsu => TryWide(head, Next(raw, at, head), Mul, WideMulsu),
            Div => TryWide(head, Next(raw, at, head), Rem, WideDiv),
            Divu => TryWide(head, Next(raw, at, head), Remu, WideDivu),
            _ => null,
        };
        return fused ?? head;
    }

    private static RiscVInstruction Next(
        ReadOnlySpan<RiscVInstruction> raw, int at, in RiscVInstruction instruction) =>
        raw[at + instruction.Halfwords];

    /// <summary>Both results of a multiplication or division of the same operands.</summary>
    private static RiscVInstruction? TryWide(RiscVInstruction a, RiscVInstruction b, RiscVOp second, RiscVOp fused)
    {
        bool fits = b.Op == second && a.Rd != a.Rs1 && a.Rd != a.Rs2 && a.Rs1 == b.Rs1 && a.Rs2 == b.Rs2
            && a.Rd != b.Rd;
        return fits ? Make(fused, a.Rd, a.Rs1, a.Rs2, b.Rd, 0, a.Halfwords + b.Halfwords) : null;
    }

    private static RiscVInstruction? TryLui(RiscVInstruction a, RiscVInstruction b, RiscVProfile profile)
    {
        int sum = unchecked(a.Imm + b.Imm);
        int halfwords = a.Halfwords + b.Halfwords;
        return b.Op switch
        {
            Jalr when IsFarJump(a, b, profile) => Make(FarJumpAbs, Ra, 0, 0, 0, 0, halfwords, sum),
            Addiw when b.Rs1 == b.Rd && b.Rd == a.Rd => Make(LoadImm, a.Rd, 0, 0, 0, 0, halfwords, sum),
            _ => null,
        };
    }

    private static RiscVInstruction? TryAuipc(RiscVInstruction a, RiscVInstruction b, ulong pc, RiscVProfile profile)
    {
        long sum = (long)a.Imm + b.Imm;
        long address = sum + (long)pc;
        int halfwords = a.Halfwords + b.Halfwords;
        bool sumFits = sum == (int)sum || profile.FarJumpsDropTheFirst;
        bool addressFits = sum == (int)sum && pc <= int.MaxValue && address == (int)address;
        return b.Op switch
        {
            Jalr when IsFarJump(a, b, profile) && sumFits =>
                Make(FarJumpRel, Ra, 0, 0, 0, 0, halfwords, (int)sum),
            Addi when profile.FusesMore && b.Rs1 == b.Rd && b.Rd == a.Rd && addressFits =>
                Make(LoadImm, a.Rd, 0, 0, 0, 0, halfwords, (int)address),
            _ => null,
        };
    }

    private static bool IsFarJump(in RiscVInstruction a, in RiscVInstruction b, RiscVProfile profile) =>
        b.Rs1 == a.Rd && b.Rd == Ra && (profile.FarJumpsDropTheFirst || b.Rs1 == Ra);

    /// <summary>Addition with carry in and out: add, sltu, add, sltu, or.</summary>
    private static RiscVInstruction? TryAdc(ReadOnlySpan<RiscVInstruction> raw, int at)
    {
        RiscVInstruction head = raw[at];
        if (head.Rd != head.Rs1 || head.Rs1 == head.Rs2 || head.Rd == 0)
        {
            return null;
        }
        at += head.Halfwords;
        RiscVInstruction next = raw[at];
        if (next.Op != Sltu || next.Rd != head.Rs2 || head.Rs2 != next.Rs2 || next.Rs1 != head.Rs1 || next.Rd == 0)
        {
            return null;
        }
        at += next.Halfwords;
        RiscVInstruction neck = raw[at];
        if (neck.Op != Add || neck.Rd != neck.Rs1 || neck.Rs1 != next.Rs1 || neck.Rs2 == head.Rs1
            || neck.Rs2 == head.Rs2)
        {
            return null;
        }
        at += neck.Halfwords;
        RiscVInstruction body = raw[at];
        if (body.Op != Sltu || body.Rd != body.Rs2 || body.Rs2 != neck.Rs2 || body.Rs1 != neck.Rs1 || body.Rd == 0)
        {
            return null;
        }
        at += body.Halfwords;
        RiscVInstruction tail = raw[at];
        if (tail.Op != Or || tail.Rd != tail.Rs1 || tail.Rs1 != head.Rs2 || tail.Rs2 != body.Rs2)
        {
            return null;
        }
        int halfwords = head.Halfwords + next.Halfwords + neck.Halfwords + body.Halfwords + tail.Halfwords;
        return Make(Adc, head.Rd, next.Rd, body.Rd, 0, 0, halfwords);
    }

    /// <summary>
    /// Subtraction with borrow in and out: sub, sltu, sub, sltu, or. The second operand of the first sltu is not looked
    /// at, although it changes what the sequence means: the reference compares it with itself.
    /// </summary>
    private static RiscVInstruction? TrySbb(ReadOnlySpan<RiscVInstruction> raw, int at)
    {
        RiscVInstruction head = raw[at];
        if (head.Rd != head.Rs2 || head.Rs1 == head.Rs2 || head.Rs1 == 0 || head.Rs2 == 0)
        {
            return null;
        }
        at += head.Halfwords;
        RiscVInstruction next = raw[at];
        if (next.Op != Sltu || next.Rd == head.Rs1 || next.Rd == head.Rs2 || next.Rs1 != head.Rs1 || next.Rd == 0)
        {
            return null;
        }
        at += next.Halfwords;
        RiscVInstruction neck = raw[at];
        if (neck.Op != Sub || neck.Rd != head.Rs1 || neck.Rs1 != head.Rs2 || neck.Rs2 == head.Rs1
            || neck.Rs2 == head.Rs2 || neck.Rs2 == next.Rd || neck.Rs2 == 0)
        {
            return null;
        }
        at += neck.Halfwords;
        RiscVInstruction body = raw[at];
        if (body.Op != Sltu || body.Rd != neck.Rs2 || body.Rs1 != head.Rs2 || body.Rs2 != head.Rs1)
        {
            return null;
        }
        at += body.Halfwords;
        RiscVInstruction tail = raw[at];
        if (tail.Op != Or || tail.Rd != head.Rd || tail.Rs1 != neck.Rs2 || tail.Rs2 != next.Rd)
        {
            return null;
        }
        int halfwords = head.Halfwords + next.Halfwords + neck.Halfwords + body.Halfwords + tail.Halfwords;
        return Make(Sbb, head.Rs1, head.Rs2, neck.Rs2, next.Rd, 0, halfwords);
    }

    /// <summary>An addition whose carry is added to something: add, sltu, add.</summary>
    private static RiscVInstruction? TryAdd3(ReadOnlySpan<RiscVInstruction> raw, int at)
    {
        RiscVInstruction a = raw[at];
        RiscVInstruction b = raw[at + a.Halfwords];
        if (b.Op != Sltu)
        {
            return null;
        }
        RiscVInstruction c = raw[at + a.Halfwords + b.Halfwords];
        bool carries = c.Op == Add && b.Rs1 == a.Rd && a.Rd != 0 && c.Rs1 == b.Rd && b.Rd != 0 && c.Rs2 != a.Rd
            && c.Rs2 != b.Rd;
        if (!carries)
        {
            return null;
        }
        int halfwords = a.Halfwords + b.Halfwords + c.Halfwords;
        bool comparesFirst = b.Rs2 == a.Rs1 && a.Rd != a.Rs1;
        if (comparesFirst && a.Rs2 == a.Rd)
        {
            return Make(Add3A, a.Rd, a.Rs1, b.Rd, c.Rd, c.Rs2, halfwords);
        }
        if (comparesFirst && b.Rd == a.Rs1)
        {
            return Make(Add3B, a.Rd, a.Rs1, a.Rs2, c.Rd, c.Rs2, halfwords);
        }
        return comparesFirst && c.Rd == b.Rd
            ? Make(Add3C, a.Rd, a.Rs1, a.Rs2, b.Rd, c.Rs2, halfwords)
            : null;
    }

    /// <summary>An addition and its carry: add, sltu, for either order of the operands.</summary>
    private static RiscVInstruction? TryAdcs(ReadOnlySpan<RiscVInstruction> raw, int at)
    {
        RiscVInstruction a = raw[at];
        if (a.Rd == a.Rs1 && a.Rd != a.Rs2)
        {
            (a.Rs1, a.Rs2) = (a.Rs2, a.Rs1);
        }
        RiscVInstruction b = raw[at + a.Halfwords];
        bool fits = b.Op == Sltu && b.Rs1 == a.Rd && b.Rs2 == a.Rs1 && a.Rd != a.Rs1 && a.Rd != 0;
        return fits ? Make(Adcs, a.Rd, a.Rs1, a.Rs2, b.Rd, 0, a.Halfwords + b.Halfwords) : null;
    }

    /// <summary>A subtraction and its borrow: sub, sltu.</summary>
    private static RiscVInstruction? TrySbbs(ReadOnlySpan<RiscVInstruction> raw, int at)
    {
        RiscVInstruction a = raw[at];
        RiscVInstruction b = raw[at + a.Halfwords];
        bool fits = b.Op == Sltu && b.Rs1 == a.Rs1 && b.Rs2 == a.Rs2 && a.Rd != a.Rs1 && a.Rd != a.Rs2;
        return fits ? Make(Sbbs, a.Rd, a.Rs1, a.Rs2, b.Rd, 0, a.Halfwords + b.Halfwords) : null;
    }

    private static RiscVInstruction Make(
        RiscVOp op, byte rd, byte rs1, byte rs2, byte rs3, byte rs4, int halfwords, int imm = 0) => new()
    {
        Op = op, Rd = rd, Rs1 = rs1, Rs2 = rs2, Rs3 = rs3, Rs4 = rs4, Halfwords = (byte)halfwords, Imm = imm,
    };
}
