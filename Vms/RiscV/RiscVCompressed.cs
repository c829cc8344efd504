namespace Granary.Vms.RiscV;

/// <summary>The C extension: every encoding of 16 bits stands for a word of 32.</summary>
internal static class RiscVCompressed
{
    private const uint Nop = 0x0000_0013;
    private const uint Ebreak = 0x0010_0073;
    private const uint OpImm = 0x13;
    private const uint OpImm32 = 0x1b;
    private const uint Op = 0x33;
    private const uint Op32 = 0x3b;
    private const uint Sp = 2;

    /// <summary>The word that an encoding stands for; 0 when it stands for none.</summary>
    /// <param name="refusesHints">Encodings without effect are invalid (version 0 of CKB).</param>
    public static uint Expand(uint c, bool refusesHints)
    {
        uint hint = refusesHints ? 0 : Nop;
        return (c & 3, c >> 13 & 7) switch
        {
            (0, 0) => AddImmediateToSp(c),
            (0, 2) => IType(0x03, 2, NearRd(c), NearRs1(c), WordOffset(c)),
            (0, 3) => IType(0x03, 3, NearRd(c), NearRs1(c), LongOffset(c)),
            (0, 6) => SType(2, NearRs1(c), NearRd(c), WordOffset(c)),
            (0, 7) => SType(3, NearRs1(c), NearRd(c), LongOffset(c)),
            (1, 0) => AddImmediate(c, hint),
            (1, 1) => Rd(c) != 0 ? IType(OpImm32, 0, Rd(c), Rd(c), Immediate(c)) : 0,
            (1, 2) => Rd(c) != 0 ? IType(OpImm, 0, Rd(c), 0, Immediate(c)) : hint,
            (1, 3) => LoadUpper(c, hint),
            (1, 4) => Arithmetic(c),
            (1, 5) => Jump(c),
            (1, 6) => BranchIf(0, c),
            (1, 7) => BranchIf(1, c),
            (2, 0) => Rd(c) != 0 && Shift(c) != 0 ? IType(OpImm, 1, Rd(c), Rd(c), Shift(c)) : hint,
            (2, 2) => Rd(c) != 0 ? IType(0x03, 2, Rd(c), Sp, WordFromSp(c)) : 0,
            (2, 3) => Rd(c) != 0 ? IType(0x03, 3, Rd(c), Sp, LongFromSp(c)) : 0,
            (2, 4) => MoveOrJump(c, hint),
            (2, 6) => SType(2, Sp, Rs2(c), Bits(c, 9, 4, 2) | Bits(c, 7, 2, 6)),
            (2, 7) => SType(3, Sp, Rs2(c), Bits(c, 10, 3, 3) | Bits(c, 7, 3, 6)),
            _ => 0,
        };
    }

    private static uint AddImmediateToSp(uint c)
    {
        uint imm = Bits(c, 6, 1, 2) | Bits(c, 5, 1, 3) | Bits(c, 11, 2, 4) | Bits(c, 7, 4, 6);
        return imm != 0 ? IType(OpImm, 0, NearRd(c), Sp, imm) : 0;
    }

    private static uint AddImmediate(uint c, uint hint)
    {
        bool useful = Rd(c) != 0 && Immediate(c) != 0;
        bool nop = Rd(c) == 0 && Immediate(c) == 0;
        return useful ? IType(OpImm, 0, Rd(c), Rd(c), Immediate(c)) : nop ? Nop : hint;
    }

    private static uint LoadUpper(uint c, uint hint)
    {
        if (Immediate(c) == 0)
        {
            return 0;
        }
        if (Rd(c) == Sp)
        {
            uint imm = Bits(c, 6, 1, 4) | Bits(c, 2, 1, 5) | Bits(c, 5, 1, 6) | Bits(c, 3, 2, 7) | Sign(c, 9);
            return IType(OpImm, 0, Sp, Sp, imm);
        }
        return Rd(c) != 0 ? Immediate(c) << 12 | Rd(c) << 7 | 0x37 : hint;
    }

    private static uint Arithmetic(uint c)
    {
        uint rd = NearRs1(c);
        uint shift = Shift(c);
        return (c >> 10 & 3, c >> 12 & 1, c >> 5 & 3) switch
        {
            // A shift by 0 does nothing, in all versions.
            (0 or 1, _, _) when shift == 0 => Nop,
            (0, _, _) => IType(OpImm, 5, rd, rd, shift),
            (1, _, _) => IType(OpImm, 5, rd, rd, shift | 0x400),
            (2, _, _) => IType(OpImm, 7, rd, rd, Immediate(c)),
            (3, 0, 0) => RType(Op, 0, rd, rd, NearRd(c)) | 0x4000_0000,
            (3, 0, 1) => RType(Op, 4, rd, rd, NearRd(c)),
            (3, 0, 2) => RType(Op, 6, rd, rd, NearRd(c)),
            (3, 0, 3) => RType(Op, 7, rd, rd, NearRd(c)),
            (3, 1, 0) => RType(Op32, 0, rd, rd, NearRd(c)) | 0x4000_0000,
            (3, 1, 1) => RType(Op32, 0, rd, rd, NearRd(c)),
            _ => 0,
        };
    }

    private static uint MoveOrJump(uint c, uint hint) => (c >> 12 & 1, Rd(c), Rs2(c)) switch
    {
        (0, 0, 0) => 0,
        (0, _, 0) => IType(0x67, 0, 0, Rd(c), 0),
        (1, 0, 0) => Ebreak,
        (1, _, 0) => IType(0x67, 0, 1, Rd(c), 0),
        (_, 0, _) => hint,
        (0, _, _) => RType(Op, 0, Rd(c), 0, Rs2(c)),
        _ => RType(Op, 0, Rd(c), Rd(c), Rs2(c)),
    };

    private static uint Jump(uint c)
    {
        uint imm = Bits(c, 3, 3, 1) | Bits(c, 11, 1, 4) | Bits(c, 2, 1, 5) | Bits(c, 7, 1, 6) | Bits(c, 6, 1, 7)
            | Bits(c, 9, 2, 8) | Bits(c, 8, 1, 10) | Sign(c, 11);
        return (imm & 0x10_0000) << 11 | (imm & 0x7fe) << 20 | (imm & 0x800) << 9 | (imm & 0xf_f000) | 0x6f;
    }

    private static uint BranchIf(uint funct3, uint c)
    {
        uint imm = Bits(c, 3, 2, 1) | Bits(c, 10, 2, 3) | Bits(c, 2, 1, 5) | Bits(c, 5, 2, 6) | Sign(c, 8);
        return (imm & 0x1000) << 19 | (imm & 0x7e0) << 20 | NearRs1(c) << 15 | funct3 << 12 | (imm & 0x1e) << 7
            | (imm & 0x800) >> 4 | 0x63;
    }

    private static uint IType(uint opcode, uint funct3, uint rd, uint rs1, uint imm) =>
        imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;

    private static uint RType(uint opcode, uint funct3, uint rd, uint rs1, uint rs2) =>
        rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;

    private static uint SType(uint funct3, uint rs1, uint rs2, uint imm) =>
        (imm & 0xfe0) << 20 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (imm & 31) << 7 | 0x23;

    private static uint Rd(uint c) => c >> 7 & 31;

    private static uint Rs2(uint c) => c >> 2 & 31;

    /// <summary>x8 to x15, in bits 2 to 4.</summary>
    private static uint NearRd(uint c) => 8 + (c >> 2 & 7);

    /// <summary>x8 to x15, in bits 7 to 9.</summary>
    private static uint NearRs1(uint c) => 8 + (c >> 7 & 7);

    private static uint WordOffset(uint c) => Bits(c, 6, 1, 2) | Bits(c, 10, 3, 3) | Bits(c, 5, 1, 6);

    private static uint LongOffset(uint c) => Bits(c, 10, 3, 3) | Bits(c, 5, 2, 6);

    private static uint WordFromSp(uint c) => Bits(c, 4, 3, 2) | Bits(c, 12, 1, 5) | Bits(c, 2, 2, 6);

    private static uint LongFromSp(uint c) => Bits(c, 5, 2, 3) | Bits(c, 12, 1, 5) | Bits(c, 2, 3, 6);

    private static uint Immediate(uint c) => Bits(c, 2, 5, 0) | Sign(c, 5);

    private static uint Shift(uint c) => Bits(c, 2, 5, 0) | Bits(c, 12, 1, 5);

    private static uint Bits(uint c, int from, int count, int to) => (c >> from & (1u << count) - 1) << to;

    /// <summary>Bit 12 as the sign, from bit <paramref name="to"/> up.</summary>
    private static uint Sign(uint c, int to) => (uint)-(int)(c >> 12 & 1) << to;
}
