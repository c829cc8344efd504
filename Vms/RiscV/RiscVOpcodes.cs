namespace Granary.Vms.RiscV;

/// <summary>
/// What one slot of decoded code does: the instructions of the specification, the fused sequences of CKB, and a few
/// that only the decoder makes.
/// </summary>
internal enum RiscVOp : byte
{
    /// <summary>No instruction of this profile; never charged.</summary>
    Invalid,

    /// <summary>Behind the last slot of a page: goes on in the next page.</summary>
    PageEnd,

    /// <summary>Fetching fails here; the fault is looked up again.</summary>
    FetchFault,

    // RV64I
    Lui,
    Auipc,
    Jal,
    Jalr,
    Beq,
    Bne,
    Blt,
    Bge,
    Bltu,
    Bgeu,
    Lb,
    Lh,
    Lw,
    Ld,
    Lbu,
    Lhu,
    Lwu,
    Sb,
    Sh,
    Sw,
    Sd,
    Addi,
    Slti,
    Sltiu,
    Xori,
    Ori,
    Andi,
    Slli,
    Srli,
    Srai,
    Add,
    Sub,
    Sll,
    Slt,
    Sltu,
    Xor,
    Srl,
    Sra,
    Or,
    And,
    Addiw,
    Slliw,
    Srliw,
    Sraiw,
    Addw,
    Subw,
    Sllw,
    Srlw,
    Sraw,
    Fence,
    Ecall,
    Ebreak,

    // M
    Mul,
    Mulh,
    Mulhsu,
    Mulhu,
    Mulw,
    Div,
    Divu,
    Rem,
    Remu,
    Divw,
    Divuw,
    Remw,
    Remuw,

    // Zba
    AddUw,
    Sh1Add,
    Sh2Add,
    Sh3Add,
    Sh1AddUw,
    Sh2AddUw,
    Sh3AddUw,
    SlliUw,

    // Zbb
    Andn,
    Orn,
    Xnor,
    Clz,
    Clzw,
    Ctz,
    Ctzw,
    Cpop,
    Cpopw,
    Max,
    Maxu,
    Min,
    Minu,
    SextB,
    SextH,
    ZextH,
    Rol,
    Rolw,
    Ror,
    Rori,
    Roriw,
    Rorw,
    OrcB,
    Rev8,

    // Zbc
    Clmul,
    Clmulh,
    Clmulr,

    // Zbs
    Bclr,
    Bclri,
    Bext,
    Bexti,
    Binv,
    Binvi,
    Bset,
    Bseti,

    // A
    LrW,
    ScW,
    AmoSwapW,
    AmoAddW,
    AmoXorW,
    AmoAndW,
    AmoOrW,
    AmoMinW,
    AmoMaxW,
    AmoMinuW,
    AmoMaxuW,
    LrD,
    ScD,
    AmoSwapD,
    AmoAddD,
    AmoXorD,
    AmoAndD,
    AmoOrD,
    AmoMinD,
    AmoMaxD,
    AmoMinuD,
    AmoMaxuD,

    // Fused sequences
    WideMul,
    WideMulu,
    WideMulsu,
    WideDiv,
    WideDivu,
    FarJumpRel,
    FarJumpAbs,
    Adc,
    Sbb,
    Adcs,
    Sbbs,
    Add3A,
    Add3B,
    Add3C,

    /// <summary>lui or auipc with an addition, and every lui and auipc whose value is known.</summary>
    LoadImm,

    // Forms of jumps that leave their page
    JalFar,
    BeqFar,
    BneFar,
    BltFar,
    BgeFar,
    BltuFar,
    BgeuFar,

    /// <summary>jalr of version 0 with rd = rs1: the target is made of the link address.</summary>
    JalrOverwritten,
}

/// <summary>Where an instruction keeps its operands.</summary>
internal enum RiscVFormat : byte
{
    None,

    /// <summary>rd, rs1, rs2.</summary>
    R,

    /// <summary>rd, rs1.</summary>
    Unary,

    /// <summary>rd, rs1, imm.</summary>
    I,

    /// <summary>rd, imm(rs1).</summary>
    Load,

    /// <summary>rs2, imm(rs1).</summary>
    Store,

    /// <summary>rs1, rs2, target.</summary>
    Branch,

    /// <summary>rd, imm.</summary>
    U,

    /// <summary>rd, target.</summary>
    J,
}

internal enum RiscVExtension : byte
{
    None,
    I,
    M,
    A,
    B,
    Fused,
}

/// <param name="Cycles">What CKB's cost model charges for it.</param>
internal readonly record struct RiscVOpInfo(
    string Name, RiscVExtension Extension, RiscVFormat Format, byte Cycles);

/// <summary>The table of instructions: only data.</summary>
internal static class RiscVOpcodes
{
    private const byte Simple = 1;
    private const byte LongAccess = 2;
    private const byte ShortAccess = 3;
    private const byte Jump = 3;
    private const byte AtomicWord = 4;
    private const byte AtomicLong = 3;
    private const byte Multiply = 5;
    private const byte Divide = 32;
    private const ushort SystemCycles = 500;

    private static readonly RiscVOpInfo[] _table = MakeTable();

    public static ref readonly RiscVOpInfo Info(RiscVOp op) => ref _table[(int)op];

    public static int Count => _table.Length;

    /// <summary>Cycles of an instruction; ecall and ebreak cost more than a byte can say.</summary>
    public static int Cycles(RiscVOp op) =>
        op is RiscVOp.Ecall or RiscVOp.Ebreak ? SystemCycles : _table[(int)op].Cycles;

    /// <summary>True when no instruction behind this one is sure to follow it.</summary>
    public static bool EndsBlock(RiscVOp op) => op is RiscVOp.Invalid or RiscVOp.PageEnd or RiscVOp.FetchFault
        or RiscVOp.Jal or RiscVOp.Jalr or (>= RiscVOp.Beq and <= RiscVOp.Bgeu) or RiscVOp.Ecall
        or RiscVOp.FarJumpRel or RiscVOp.FarJumpAbs or (>= RiscVOp.JalFar and <= RiscVOp.JalrOverwritten);

    private static RiscVOpInfo[] MakeTable()
    {
        RiscVOpInfo[] t = new RiscVOpInfo[(int)RiscVOp.JalrOverwritten + 1];
        Add(t, RiscVOp.Invalid, "invalid pageend fetchfault", RiscVExtension.None, RiscVFormat.None, 0);
        Add(t, RiscVOp.Lui, "lui auipc", RiscVExtension.I, RiscVFormat.U, Simple);
        Add(t, RiscVOp.Jal, "jal", RiscVExtension.I, RiscVFormat.J, Jump);
        Add(t, RiscVOp.Jalr, "jalr", RiscVExtension.I, RiscVFormat.Load, Jump);
        Add(t, RiscVOp.Beq, "beq bne blt bge bltu bgeu", RiscVExtension.I, RiscVFormat.Branch, Jump);
        Add(t, RiscVOp.Lb, "lb lh lw ld lbu lhu lwu", RiscVExtension.I, RiscVFormat.Load, ShortAccess);
        Add(t, RiscVOp.Ld, "ld", RiscVExtension.I, RiscVFormat.Load, LongAccess);
        Add(t, RiscVOp.Sb, "sb sh sw sd", RiscVExtension.I, RiscVFormat.Store, ShortAccess);
        Add(t, RiscVOp.Sd, "sd", RiscVExtension.I, RiscVFormat.Store, LongAccess);
        Add(t, RiscVOp.Addi, "addi slti sltiu xori ori andi slli srli srai",
            RiscVExtension.I, RiscVFormat.I, Simple);
        Add(t, RiscVOp.Add, "add sub sll slt sltu xor srl sra or and", RiscVExtension.I, RiscVFormat.R, Simple);
        Add(t, RiscVOp.Addiw, "addiw slliw srliw sraiw", RiscVExtension.I, RiscVFormat.I, Simple);
        Add(t, RiscVOp.Addw, "addw subw sllw srlw sraw", RiscVExtension.I, RiscVFormat.R, Simple);
        Add(t, RiscVOp.Fence, "fence ecall ebreak", RiscVExtension.I, RiscVFormat.None, Simple);
        Add(t, RiscVOp.Mul, "mul mulh mulhsu mulhu mulw", RiscVExtension.M, RiscVFormat.R, Multiply);
        Add(t, RiscVOp.Div, "div divu rem remu divw divuw remw remuw", RiscVExtension.M, RiscVFormat.R, Divide);
        Add(t, RiscVOp.AddUw, "add.uw sh1add sh2add sh3add sh1add.uw sh2add.uw sh3add.uw",
            RiscVExtension.B, RiscVFormat.R, Simple);
        Add(t, RiscVOp.SlliUw, "slli.uw", RiscVExtension.B, RiscVFormat.I, Simple);
        Add(t, RiscVOp.Andn, "andn orn xnor", RiscVExtension.B, RiscVFormat.R, Simple);
        Add(t, RiscVOp.Clz, "clz clzw ctz ctzw cpop cpopw", RiscVExtension.B, RiscVFormat.Unary, Simple);
        Add(t, RiscVOp.Max, "max maxu min minu", RiscVExtension.B, RiscVFormat.R, Simple);
        Add(t, RiscVOp.SextB, "sext.b sext.h zext.h", RiscVExtension.B, RiscVFormat.Unary, Simple);
        Add(t, RiscVOp.Rol, "rol rolw ror rori roriw rorw", RiscVExtension.B, RiscVFormat.R, Simple);
        Add(t, RiscVOp.Rori, "rori roriw", RiscVExtension.B, RiscVFormat.I, Simple);
        Add(t, RiscVOp.OrcB, "orc.b rev8", RiscVExtension.B, RiscVFormat.Unary, Simple);
        Add(t, RiscVOp.Clmul, "clmul clmulh clmulr", RiscVExtension.B, RiscVFormat.R, Simple);
        Add(t, RiscVOp.Bclr, "bclr bclri bext bexti binv binvi bset bseti", RiscVExtension.B, RiscVFormat.R, Simple);
        foreach (RiscVOp op in (RiscVOp[])[RiscVOp.Bclri, RiscVOp.Bexti, RiscVOp.Binvi, RiscVOp.Bseti])
        {
            t[(int)op] = t[(int)op] with { Format = RiscVFormat.I };
        }
        Add(t, RiscVOp.LrW, "lr.w", RiscVExtension.A, RiscVFormat.Unary, AtomicWord);
        Add(t, RiscVOp.ScW, "sc.w amoswap.w amoadd.w amoxor.w amoand.w amoor.w amomin.w amomax.w amominu.w amomaxu.w",
            RiscVExtension.A, RiscVFormat.R, AtomicWord);
        Add(t, RiscVOp.LrD, "lr.d", RiscVExtension.A, RiscVFormat.Unary, AtomicLong);
        Add(t, RiscVOp.ScD, "sc.d amoswap.d amoadd.d amoxor.d amoand.d amoor.d amomin.d amomax.d amominu.d amomaxu.d",
            RiscVExtension.A, RiscVFormat.R, AtomicLong);
        Add(t, RiscVOp.WideMul, "wide_mul wide_mulu wide_mulsu", RiscVExtension.Fused, RiscVFormat.None, Multiply);
        Add(t, RiscVOp.WideDiv, "wide_div wide_divu", RiscVExtension.Fused, RiscVFormat.None, Divide);
        Add(t, RiscVOp.FarJumpRel, "far_jump_rel far_jump_abs", RiscVExtension.Fused, RiscVFormat.None, Jump);
        Add(t, RiscVOp.Adc, "adc sbb adcs sbbs add3a add3b add3c load_imm",
            RiscVExtension.Fused, RiscVFormat.None, Simple);
        Add(t, RiscVOp.JalFar, "jal", RiscVExtension.I, RiscVFormat.J, Jump);
        Add(t, RiscVOp.BeqFar, "beq bne blt bge bltu bgeu", RiscVExtension.I, RiscVFormat.Branch, Jump);
        Add(t, RiscVOp.JalrOverwritten, "jalr", RiscVExtension.I, RiscVFormat.Load, Jump);
        return t;
    }

    /// <summary>Rows of consecutive instructions that differ in their names only.</summary>
    private static void Add(
        RiscVOpInfo[] table, RiscVOp first, string names, RiscVExtension extension, RiscVFormat format, byte cycles)
    {
        int op = (int)first;
        foreach (string name in names.Split(' '))
        {
            table[op++] = new RiscVOpInfo(name, extension, format, cycles);
        }
    }
}
