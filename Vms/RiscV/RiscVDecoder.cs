using static Granary.Vms.RiscV.RiscVOp;

namespace Granary.Vms.RiscV;

/// <summary>Decodes words of 32 bits as the specification writes them: no fusing, no rewriting.</summary>
internal static class RiscVDecoder
{
    private const uint Ecall = 0x0000_0073;
    private const uint Ebreak = 0x0010_0073;
    private const uint FenceI = 0x0000_100f;

    /// <summary>The instruction of a word; <see cref="Invalid"/> when the profile has none.</summary>
    public static RiscVInstruction Decode(uint word, RiscVProfile profile)
    {
        RiscVInstruction i = new()
        {
            Rd = (byte)(word >> 7 & 31), Rs1 = (byte)(word >> 15 & 31), Rs2 = (byte)(word >> 20 & 31), Halfwords = 2,
        };
        i.Op = (word & 0x7f) switch
        {
            0x37 => Lui,
            0x17 => Auipc,
            0x6f => Jal,
            0x67 when Funct3(word) == 0 => Jalr,
            0x63 => Branch(word),
            0x03 => Load(word),
            0x23 => Store(word),
            0x13 => Immediate(word, profile),
            0x1b => ImmediateWord(word, profile),
            0x33 => Register(word, profile),
            0x3b => RegisterWord(word, profile),
            0x2f when profile.HasAtomics => Atomic(word),
            0x0f when word == FenceI || (word & 0x000f_ffff) == 0x0f => Fence,
            0x73 when word == Ecall => RiscVOp.Ecall,
            0x73 when word == Ebreak => RiscVOp.Ebreak,
            _ => Invalid,
        };
        i.Imm = ReadImmediate(word, i.Op);
        return i;
    }

    private static int ReadImmediate(uint word, RiscVOp op) => RiscVOpcodes.Info(op).Format switch
    {
        RiscVFormat.U => (int)(word & 0xffff_f000),
        RiscVFormat.J => JImmediate(word),
        RiscVFormat.Branch => BImmediate(word),
        RiscVFormat.Store => (int)(word & 0xfe00_0000) >> 20 | (int)(word >> 7 & 31),
        RiscVFormat.I when IsShift(op) => (int)(word >> 20 & ShiftMask(op)),
        RiscVFormat.I or RiscVFormat.Load => (int)word >> 20,
        _ => 0,
    };

    private static int JImmediate(uint word) =>
        (int)(word & 0x8000_0000) >> 11 | (int)(word & 0x000f_f000) | (int)(word >> 9 & 0x800)
        | (int)(word >> 20 & 0x7fe);

    private static int BImmediate(uint word) =>
        (int)(word & 0x8000_0000) >> 19 | (int)(word << 4 & 0x800) | (int)(word >> 20 & 0x7e0)
        | (int)(word >> 7 & 0x1e);

    private static bool IsShift(RiscVOp op) => op is Slli or Srli or Srai or Slliw or Srliw or Sraiw or SlliUw or Rori
        or Roriw or Bclri or Bexti or Binvi or Bseti;

    private static uint ShiftMask(RiscVOp op) => op is Slliw or Srliw or Sraiw or Roriw ? 31u : 63u;

    private static uint Funct3(uint word) => word >> 12 & 7;

    private static RiscVOp Branch(uint word) => Funct3(word) switch
    {
        0 => Beq,
        1 => Bne,
        4 => Blt,
        5 => Bge,
        6 => Bltu,
        7 => Bgeu,
        _ => Invalid,
    };

    private static RiscVOp Load(uint word) => Funct3(word) switch
    {
        0 => Lb,
        1 => Lh,
        2 => Lw,
        3 => Ld,
        4 => Lbu,
        5 => Lhu,
        6 => Lwu,
        _ => Invalid,
    };

    private static RiscVOp Store(uint word) => Funct3(word) switch
    {
        0 => Sb,
        1 => Sh,
        2 => Sw,
        3 => Sd,
        _ => Invalid,
    };

    private static RiscVOp Immediate(uint word, RiscVProfile profile) => (Funct3(word), word >> 26) switch
    {
        (0, _) => Addi,
        (2, _) => Slti,
        (3, _) => Sltiu,
        (4, _) => Xori,
        (6, _) => Ori,
        (7, _) => Andi,
        (1, 0x00) => Slli,
        (5, 0x00) => Srli,
        (5, 0x10) => Srai,
        _ => profile.HasBits ? ImmediateBits(word) : Invalid,
    };

    private static RiscVOp ImmediateBits(uint word) => (Funct3(word), word >> 26, word >> 20) switch
    {
        (1, 0x12, _) => Bclri,
        (5, 0x12, _) => Bexti,
        (1, 0x1a, _) => Binvi,
        (1, 0x0a, _) => Bseti,
        (5, 0x18, _) => Rori,
        (5, _, 0x287) => OrcB,
        (5, _, 0x6b8) => Rev8,
        (1, _, 0x600) => Clz,
        (1, _, 0x601) => Ctz,
        (1, _, 0x602) => Cpop,
        (1, _, 0x604) => SextB,
        (1, _, 0x605) => SextH,
        _ => Invalid,
    };

    private static RiscVOp ImmediateWord(uint word, RiscVProfile profile) => (Funct3(word), word >> 25) switch
    {
        (0, _) => Addiw,
        (1, 0x00) => Slliw,
        (5, 0x00) => Srliw,
        (5, 0x20) => Sraiw,
        (5, 0x30) when profile.HasBits => Roriw,
        (1, 0x04 or 0x05) when profile.HasBits => SlliUw,
        (1, 0x30) when profile.HasBits => (word >> 20 & 31) switch
        {
            0 => Clzw,
            1 => Ctzw,
            2 => Cpopw,
            _ => Invalid,
        },
        _ => Invalid,
    };

    private static RiscVOp Register(uint word, RiscVProfile profile) => (word >> 25, Funct3(word)) switch
    {
        (0x00, 0) => Add,
        (0x20, 0) => Sub,
        (0x00, 1) => Sll,
        (0x00, 2) => Slt,
        (0x00, 3) => Sltu,
        (0x00, 4) => Xor,
        (0x00, 5) => Srl,
        (0x20, 5) => Sra,
        (0x00, 6) => Or,
        (0x00, 7) => And,
        (0x01, 0) => Mul,
        (0x01, 1) => Mulh,
        (0x01, 2) => Mulhsu,
        (0x01, 3) => Mulhu,
        (0x01, 4) => Div,
        (0x01, 5) => Divu,
        (0x01, 6) => Rem,
        (0x01, 7) => Remu,
        _ => profile.HasBits ? RegisterBits(word) : Invalid,
    };

    private static RiscVOp RegisterBits(uint word) => (word >> 25, Funct3(word)) switch
    {
        (0x20, 7) => Andn,
        (0x20, 6) => Orn,
        (0x20, 4) => Xnor,
        (0x30, 1) => Rol,
        (0x30, 5) => Ror,
        (0x34, 1) => Binv,
        (0x14, 1) => Bset,
        (0x24, 1) => Bclr,
        (0x24, 5) => Bext,
        (0x10, 2) => Sh1Add,
        (0x10, 4) => Sh2Add,
        (0x10, 6) => Sh3Add,
        (0x05, 1) => Clmul,
        (0x05, 3) => Clmulh,
        (0x05, 2) => Clmulr,
        (0x05, 4) => Min,
        (0x05, 5) => Minu,
        (0x05, 6) => Max,
        (0x05, 7) => Maxu,
        _ => Invalid,
    };

    private static RiscVOp RegisterWord(uint word, RiscVProfile profile) => (word >> 25, Funct3(word)) switch
    {
        (0x00, 0) => Addw,
        (0x20, 0) => Subw,
        (0x00, 1) => Sllw,
        (0x00, 5) => Srlw,
        (0x20, 5) => Sraw,
        (0x01, 0) => Mulw,
        (0x01, 4) => Divw,
        (0x01, 5) => Divuw,
        (0x01, 6) => Remw,
        (0x01, 7) => Remuw,
        _ => profile.HasBits ? RegisterWordBits(word) : Invalid,
    };

    private static RiscVOp RegisterWordBits(uint word) => (word >> 25, Funct3(word)) switch
    {
        (0x04, 0) => AddUw,
        (0x30, 1) => Rolw,
        (0x30, 5) => Rorw,
        (0x10, 2) => Sh1AddUw,
        (0x10, 4) => Sh2AddUw,
        (0x10, 6) => Sh3AddUw,
        (0x04, 4) when (word >> 20 & 31) == 0 => ZextH,
        _ => Invalid,
    };

    /// <summary>An atomic operation's doubleword form is as far from its word form as lr.d is from lr.w.</summary>
    private static RiscVOp Atomic(uint word)
    {
        RiscVOp op = (word >> 27) switch
        {
            0x02 when (word >> 20 & 31) == 0 => LrW,
            0x03 => ScW,
            0x01 => AmoSwapW,
            0x00 => AmoAddW,
            0x04 => AmoXorW,
            0x0c => AmoAndW,
            0x08 => AmoOrW,
            0x10 => AmoMinW,
            0x14 => AmoMaxW,
            0x18 => AmoMinuW,
            0x1c => AmoMaxuW,
            _ => Invalid,
        };
        return (op, Funct3(word)) switch
        {
            (Invalid, _) => Invalid,
            (_, 2) => op,
            (_, 3) => op + (LrD - LrW),
            _ => Invalid,
        };
    }
}
