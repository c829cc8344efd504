namespace Granary.Vms.Wasm;

/// <summary>
/// One opcode each. Those behind the prefix 0xFC are <see cref="WasmOpcodes.MiscBase"/> plus their number.
/// </summary>
internal enum WasmOp : byte
{
    Unreachable = 0x00,
    Nop = 0x01,
    Block = 0x02,
    Loop = 0x03,
    If = 0x04,
    Else = 0x05,
    End = 0x0b,
    Br = 0x0c,
    BrIf = 0x0d,
    BrTable = 0x0e,
    Return = 0x0f,
    Call = 0x10,
    CallIndirect = 0x11,
    Drop = 0x1a,
    Select = 0x1b,
    SelectT = 0x1c,
    LocalGet = 0x20,
    LocalSet = 0x21,
    LocalTee = 0x22,
    GlobalGet = 0x23,
    GlobalSet = 0x24,
    TableGet = 0x25,
    TableSet = 0x26,
    I32Load = 0x28,
    I64Load = 0x29,
    F32Load = 0x2a,
    F64Load = 0x2b,
    I32Load8S = 0x2c,
    I32Load8U = 0x2d,
    I32Load16S = 0x2e,
    I32Load16U = 0x2f,
    I64Load8S = 0x30,
    I64Load8U = 0x31,
    I64Load16S = 0x32,
    I64Load16U = 0x33,
    I64Load32S = 0x34,
    I64Load32U = 0x35,
    I32Store = 0x36,
    I64Store = 0x37,
    F32Store = 0x38,
    F64Store = 0x39,
    I32Store8 = 0x3a,
    I32Store16 = 0x3b,
    I64Store8 = 0x3c,
    I64Store16 = 0x3d,
    I64Store32 = 0x3e,
    MemorySize = 0x3f,
    MemoryGrow = 0x40,
    I32Const = 0x41,
    I64Const = 0x42,
    F32Const = 0x43,
    F64Const = 0x44,
    I32Eqz = 0x45,
    I32Eq = 0x46,
    I32Ne = 0x47,
    I32LtS = 0x48,
    I32LtU = 0x49,
    I32GtS = 0x4a,
    I32GtU = 0x4b,
    I32LeS = 0x4c,
    I32LeU = 0x4d,
    I32GeS = 0x4e,
    I32GeU = 0x4f,
    I64Eqz = 0x50,
    I64Eq = 0x51,
    I64Ne = 0x52,
    I64LtS = 0x53,
    I64LtU = 0x54,
    I64GtS = 0x55,
    I64GtU = 0x56,
    I64LeS = 0x57,
    I64LeU = 0x58,
    I64GeS = 0x59,
    I64GeU = 0x5a,
    F32Eq = 0x5b,
    F32Ne = 0x5c,
    F32Lt = 0x5d,
    F32Gt = 0x5e,
    F32Le = 0x5f,
    F32Ge = 0x60,
    F64Eq = 0x61,
    F64Ne = 0x62,
    F64Lt = 0x63,
    F64Gt = 0x64,
    F64Le = 0x65,
    F64Ge = 0x66,
    I32Clz = 0x67,
    I32Ctz = 0x68,
    I32Popcnt = 0x69,
    I32Add = 0x6a,
    I32Sub = 0x6b,
    I32Mul = 0x6c,
    I32DivS = 0x6d,
    I32DivU = 0x6e,
    I32RemS = 0x6f,
    I32RemU = 0x70,
    I32And = 0x71,
    I32Or = 0x72,
    I32Xor = 0x73,
    I32Shl = 0x74,
    I32ShrS = 0x75,
    I32ShrU = 0x76,
    I32Rotl = 0x77,
    I32Rotr = 0x78,
    I64Clz = 0x79,
    I64Ctz = 0x7a,
    I64Popcnt = 0x7b,
    I64Add = 0x7c,
    I64Sub = 0x7d,
    I64Mul = 0x7e,
    I64DivS = 0x7f,
    I64DivU = 0x80,
    I64RemS = 0x81,
    I64RemU = 0x82,
    I64And = 0x83,
    I64Or = 0x84,
    I64Xor = 0x85,
    I64Shl = 0x86,
    I64ShrS = 0x87,
    I64ShrU = 0x88,
    I64Rotl = 0x89,
    I64Rotr = 0x8a,
    F32Abs = 0x8b,
    F32Neg = 0x8c,
    F32Ceil = 0x8d,
    F32Floor = 0x8e,
    F32Trunc = 0x8f,
    F32Nearest = 0x90,
    F32Sqrt = 0x91,
    F32Add = 0x92,
    F32Sub = 0x93,
    F32Mul = 0x94,
    F32Div = 0x95,
    F32Min = 0x96,
    F32Max = 0x97,
    F32Copysign = 0x98,
    F64Abs = 0x99,
    F64Neg = 0x9a,
    F64Ceil = 0x9b,
    F64Floor = 0x9c,
    F64Trunc = 0x9d,
    F64Nearest = 0x9e,
    F64Sqrt = 0x9f,
    F64Add = 0xa0,
    F64Sub = 0xa1,
    F64Mul = 0xa2,
    F64Div = 0xa3,
    F64Min = 0xa4,
    F64Max = 0xa5,
    F64Copysign = 0xa6,
    I32WrapI64 = 0xa7,
    I32TruncF32S = 0xa8,
    I32TruncF32U = 0xa9,
    I32TruncF64S = 0xaa,
    I32TruncF64U = 0xab,
    I64ExtendI32S = 0xac,
    I64ExtendI32U = 0xad,
    I64TruncF32S = 0xae,
    I64TruncF32U = 0xaf,
    I64TruncF64S = 0xb0,
    I64TruncF64U = 0xb1,
    F32ConvertI32S = 0xb2,
    F32ConvertI32U = 0xb3,
    F32ConvertI64S = 0xb4,
    F32ConvertI64U = 0xb5,
    F32DemoteF64 = 0xb6,
    F64ConvertI32S = 0xb7,
    F64ConvertI32U = 0xb8,
    F64ConvertI64S = 0xb9,
    F64ConvertI64U = 0xba,
    F64PromoteF32 = 0xbb,
    I32ReinterpretF32 = 0xbc,
    I64ReinterpretF64 = 0xbd,
    F32ReinterpretI32 = 0xbe,
    F64ReinterpretI64 = 0xbf,
    I32Extend8S = 0xc0,
    I32Extend16S = 0xc1,
    I64Extend8S = 0xc2,
    I64Extend16S = 0xc3,
    I64Extend32S = 0xc4,
    RefNull = 0xd0,
    RefIsNull = 0xd1,
    RefFunc = 0xd2,
    I32TruncSatF32S = 0xe0,
    I32TruncSatF32U = 0xe1,
    I32TruncSatF64S = 0xe2,
    I32TruncSatF64U = 0xe3,
    I64TruncSatF32S = 0xe4,
    I64TruncSatF32U = 0xe5,
    I64TruncSatF64S = 0xe6,
    I64TruncSatF64U = 0xe7,
    MemoryInit = 0xe8,
    DataDrop = 0xe9,
    MemoryCopy = 0xea,
    MemoryFill = 0xeb,
    TableInit = 0xec,
    ElemDrop = 0xed,
    TableCopy = 0xee,
    TableGrow = 0xef,
    TableSize = 0xf0,
    TableFill = 0xf1,
}

/// <summary>What follows an opcode in the code.</summary>
internal enum WasmImmediate : byte
{
    None,
    Block,
    Label,
    BrTable,
    Func,
    CallIndirect,
    SelectT,
    Local,
    Global,
    Table,
    MemArg,
    Memory,
    I32,
    I64,
    F32,
    F64,
    RefType,
    DataMemory,
    Data,
    MemoryMemory,
    ElemTable,
    Elem,
    TableTable,
}

/// <param name="Name">The specification's mnemonic; null where no instruction is.</param>
/// <param name="Signature">
/// Operands, a colon, results: i, l, f, d are i32, i64, f32, f64; <c>*</c> when the types depend on more than the
/// opcode.
/// </param>
/// <param name="Gas">What it costs as part of its block; <see cref="WasmGas"/> adds what grows with data.</param>
internal readonly record struct WasmOpInfo(string? Name, string Signature, WasmImmediate Immediate, ushort Gas);

/// <summary>The instruction set as data: WebAssembly 2.0 without SIMD.</summary>
internal static class WasmOpcodes
{
    /// <summary>The prefix of saturating conversions and bulk instructions.</summary>
    public const byte MiscPrefix = 0xfc;

    /// <summary>The prefix of SIMD, which this engine refuses.</summary>
    public const byte SimdPrefix = 0xfd;

    /// <summary>Where the opcodes behind 0xFC begin in <see cref="WasmOp"/>.</summary>
    public const byte MiscBase = 0xe0;

    /// <summary>How many opcodes there are behind 0xFC.</summary>
    public const uint MiscCount = 18;

    private static readonly WasmOpInfo[] _table = MakeTable();

    public static bool IsDefined(byte code) => _table[code].Name is not null;

    public static ref readonly WasmOpInfo Info(WasmOp op) => ref _table[(int)op];

    /// <summary>Bytes that a load or store touches.</summary>
    public static int AccessBytes(WasmOp op) => op switch
    {
        WasmOp.I32Load8S or WasmOp.I32Load8U or WasmOp.I64Load8S or WasmOp.I64Load8U
            or WasmOp.I32Store8 or WasmOp.I64Store8 => 1,
        WasmOp.I32Load16S or WasmOp.I32Load16U or WasmOp.I64Load16S or WasmOp.I64Load16U
            or WasmOp.I32Store16 or WasmOp.I64Store16 => 2,
        WasmOp.I64Load or WasmOp.F64Load or WasmOp.I64Store or WasmOp.F64Store => 8,
        _ => 4,
    };

    private static WasmOpInfo[] MakeTable()
    {
        WasmOpInfo[] t = new WasmOpInfo[256];
        t[(int)WasmOp.Unreachable] = new("unreachable", "*", WasmImmediate.None, 0);
        t[(int)WasmOp.Nop] = new("nop", ":", WasmImmediate.None, 0);
        t[(int)WasmOp.Block] = new("block", "*", WasmImmediate.Block, 0);
        t[(int)WasmOp.Loop] = new("loop", "*", WasmImmediate.Block, 1);
        t[(int)WasmOp.If] = new("if", "*", WasmImmediate.Block, 1);
        t[(int)WasmOp.Else] = new("else", "*", WasmImmediate.None, 0);
        t[(int)WasmOp.End] = new("end", "*", WasmImmediate.None, 0);
        t[(int)WasmOp.Br] = new("br", "*", WasmImmediate.Label, 1);
        t[(int)WasmOp.BrIf] = new("br_if", "*", WasmImmediate.Label, 1);
        t[(int)WasmOp.BrTable] = new("br_table", "*", WasmImmediate.BrTable, 2);
        t[(int)WasmOp.Return] = new("return", "*", WasmImmediate.None, 1);
        t[(int)WasmOp.Call] = new("call", "*", WasmImmediate.Func, 4);
        t[(int)WasmOp.CallIndirect] = new("call_indirect", "*", WasmImmediate.CallIndirect, 8);
        t[(int)WasmOp.Drop] = new("drop", "*", WasmImmediate.None, 0);
        t[(int)WasmOp.Select] = new("select", "*", WasmImmediate.None, 1);
        t[(int)WasmOp.SelectT] = new("select t", "*", WasmImmediate.SelectT, 1);
        t[(int)WasmOp.LocalGet] = new("local.get", "*", WasmImmediate.Local, 1);
        t[(int)WasmOp.LocalSet] = new("local.set", "*", WasmImmediate.Local, 1);
        t[(int)WasmOp.LocalTee] = new("local.tee", "*", WasmImmediate.Local, 1);
        t[(int)WasmOp.GlobalGet] = new("global.get", "*", WasmImmediate.Global, 1);
        t[(int)WasmOp.GlobalSet] = new("global.set", "*", WasmImmediate.Global, 1);
        t[(int)WasmOp.TableGet] = new("table.get", "*", WasmImmediate.Table, 2);
        t[(int)WasmOp.TableSet] = new("table.set", "*", WasmImmediate.Table, 2);
        t[(int)WasmOp.I32Load] = new("i32.load", "i:i", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I64Load] = new("i64.load", "i:l", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.F32Load] = new("f32.load", "i:f", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.F64Load] = new("f64.load", "i:d", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I32Load8S] = new("i32.load8_s", "i:i", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I32Load8U] = new("i32.load8_u", "i:i", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I32Load16S] = new("i32.load16_s", "i:i", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I32Load16U] = new("i32.load16_u", "i:i", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I64Load8S] = new("i64.load8_s", "i:l", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I64Load8U] = new("i64.load8_u", "i:l", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I64Load16S] = new("i64.load16_s", "i:l", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I64Load16U] = new("i64.load16_u", "i:l", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I64Load32S] = new("i64.load32_s", "i:l", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I64Load32U] = new("i64.load32_u", "i:l", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I32Store] = new("i32.store", "ii:", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I64Store] = new("i64.store", "il:", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.F32Store] = new("f32.store", "if:", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.F64Store] = new("f64.store", "id:", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I32Store8] = new("i32.store8", "ii:", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I32Store16] = new("i32.store16", "ii:", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I64Store8] = new("i64.store8", "il:", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I64Store16] = new("i64.store16", "il:", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.I64Store32] = new("i64.store32", "il:", WasmImmediate.MemArg, 1);
        t[(int)WasmOp.MemorySize] = new("memory.size", ":i", WasmImmediate.Memory, 1);
        t[(int)WasmOp.MemoryGrow] = new("memory.grow", "i:i", WasmImmediate.Memory, 300);
        t[(int)WasmOp.I32Const] = new("i32.const", ":i", WasmImmediate.I32, 1);
        t[(int)WasmOp.I64Const] = new("i64.const", ":l", WasmImmediate.I64, 1);
        t[(int)WasmOp.F32Const] = new("f32.const", ":f", WasmImmediate.F32, 1);
        t[(int)WasmOp.F64Const] = new("f64.const", ":d", WasmImmediate.F64, 1);
        t[(int)WasmOp.I32Eqz] = new("i32.eqz", "i:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Eq] = new("i32.eq", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Ne] = new("i32.ne", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32LtS] = new("i32.lt_s", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32LtU] = new("i32.lt_u", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32GtS] = new("i32.gt_s", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32GtU] = new("i32.gt_u", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32LeS] = new("i32.le_s", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32LeU] = new("i32.le_u", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32GeS] = new("i32.ge_s", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32GeU] = new("i32.ge_u", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Eqz] = new("i64.eqz", "l:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Eq] = new("i64.eq", "ll:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Ne] = new("i64.ne", "ll:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64LtS] = new("i64.lt_s", "ll:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64LtU] = new("i64.lt_u", "ll:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64GtS] = new("i64.gt_s", "ll:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64GtU] = new("i64.gt_u", "ll:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64LeS] = new("i64.le_s", "ll:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64LeU] = new("i64.le_u", "ll:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64GeS] = new("i64.ge_s", "ll:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64GeU] = new("i64.ge_u", "ll:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Eq] = new("f32.eq", "ff:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Ne] = new("f32.ne", "ff:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Lt] = new("f32.lt", "ff:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Gt] = new("f32.gt", "ff:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Le] = new("f32.le", "ff:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Ge] = new("f32.ge", "ff:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Eq] = new("f64.eq", "dd:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Ne] = new("f64.ne", "dd:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Lt] = new("f64.lt", "dd:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Gt] = new("f64.gt", "dd:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Le] = new("f64.le", "dd:i", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Ge] = new("f64.ge", "dd:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Clz] = new("i32.clz", "i:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Ctz] = new("i32.ctz", "i:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Popcnt] = new("i32.popcnt", "i:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Add] = new("i32.add", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Sub] = new("i32.sub", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Mul] = new("i32.mul", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32DivS] = new("i32.div_s", "ii:i", WasmImmediate.None, 10);
        t[(int)WasmOp.I32DivU] = new("i32.div_u", "ii:i", WasmImmediate.None, 10);
        t[(int)WasmOp.I32RemS] = new("i32.rem_s", "ii:i", WasmImmediate.None, 10);
        t[(int)WasmOp.I32RemU] = new("i32.rem_u", "ii:i", WasmImmediate.None, 10);
        t[(int)WasmOp.I32And] = new("i32.and", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Or] = new("i32.or", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Xor] = new("i32.xor", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Shl] = new("i32.shl", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32ShrS] = new("i32.shr_s", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32ShrU] = new("i32.shr_u", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Rotl] = new("i32.rotl", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Rotr] = new("i32.rotr", "ii:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Clz] = new("i64.clz", "l:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Ctz] = new("i64.ctz", "l:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Popcnt] = new("i64.popcnt", "l:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Add] = new("i64.add", "ll:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Sub] = new("i64.sub", "ll:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Mul] = new("i64.mul", "ll:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64DivS] = new("i64.div_s", "ll:l", WasmImmediate.None, 10);
        t[(int)WasmOp.I64DivU] = new("i64.div_u", "ll:l", WasmImmediate.None, 10);
        t[(int)WasmOp.I64RemS] = new("i64.rem_s", "ll:l", WasmImmediate.None, 10);
        t[(int)WasmOp.I64RemU] = new("i64.rem_u", "ll:l", WasmImmediate.None, 10);
        t[(int)WasmOp.I64And] = new("i64.and", "ll:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Or] = new("i64.or", "ll:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Xor] = new("i64.xor", "ll:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Shl] = new("i64.shl", "ll:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64ShrS] = new("i64.shr_s", "ll:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64ShrU] = new("i64.shr_u", "ll:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Rotl] = new("i64.rotl", "ll:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Rotr] = new("i64.rotr", "ll:l", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Abs] = new("f32.abs", "f:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Neg] = new("f32.neg", "f:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Ceil] = new("f32.ceil", "f:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Floor] = new("f32.floor", "f:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Trunc] = new("f32.trunc", "f:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Nearest] = new("f32.nearest", "f:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Sqrt] = new("f32.sqrt", "f:f", WasmImmediate.None, 5);
        t[(int)WasmOp.F32Add] = new("f32.add", "ff:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Sub] = new("f32.sub", "ff:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Mul] = new("f32.mul", "ff:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32Div] = new("f32.div", "ff:f", WasmImmediate.None, 5);
        t[(int)WasmOp.F32Min] = new("f32.min", "ff:f", WasmImmediate.None, 3);
        t[(int)WasmOp.F32Max] = new("f32.max", "ff:f", WasmImmediate.None, 3);
        t[(int)WasmOp.F32Copysign] = new("f32.copysign", "ff:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Abs] = new("f64.abs", "d:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Neg] = new("f64.neg", "d:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Ceil] = new("f64.ceil", "d:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Floor] = new("f64.floor", "d:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Trunc] = new("f64.trunc", "d:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Nearest] = new("f64.nearest", "d:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Sqrt] = new("f64.sqrt", "d:d", WasmImmediate.None, 5);
        t[(int)WasmOp.F64Add] = new("f64.add", "dd:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Sub] = new("f64.sub", "dd:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Mul] = new("f64.mul", "dd:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64Div] = new("f64.div", "dd:d", WasmImmediate.None, 5);
        t[(int)WasmOp.F64Min] = new("f64.min", "dd:d", WasmImmediate.None, 3);
        t[(int)WasmOp.F64Max] = new("f64.max", "dd:d", WasmImmediate.None, 3);
        t[(int)WasmOp.F64Copysign] = new("f64.copysign", "dd:d", WasmImmediate.None, 1);
        t[(int)WasmOp.I32WrapI64] = new("i32.wrap_i64", "l:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32TruncF32S] = new("i32.trunc_f32_s", "f:i", WasmImmediate.None, 3);
        t[(int)WasmOp.I32TruncF32U] = new("i32.trunc_f32_u", "f:i", WasmImmediate.None, 3);
        t[(int)WasmOp.I32TruncF64S] = new("i32.trunc_f64_s", "d:i", WasmImmediate.None, 3);
        t[(int)WasmOp.I32TruncF64U] = new("i32.trunc_f64_u", "d:i", WasmImmediate.None, 3);
        t[(int)WasmOp.I64ExtendI32S] = new("i64.extend_i32_s", "i:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64ExtendI32U] = new("i64.extend_i32_u", "i:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64TruncF32S] = new("i64.trunc_f32_s", "f:l", WasmImmediate.None, 3);
        t[(int)WasmOp.I64TruncF32U] = new("i64.trunc_f32_u", "f:l", WasmImmediate.None, 3);
        t[(int)WasmOp.I64TruncF64S] = new("i64.trunc_f64_s", "d:l", WasmImmediate.None, 3);
        t[(int)WasmOp.I64TruncF64U] = new("i64.trunc_f64_u", "d:l", WasmImmediate.None, 3);
        t[(int)WasmOp.F32ConvertI32S] = new("f32.convert_i32_s", "i:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32ConvertI32U] = new("f32.convert_i32_u", "i:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32ConvertI64S] = new("f32.convert_i64_s", "l:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32ConvertI64U] = new("f32.convert_i64_u", "l:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F32DemoteF64] = new("f32.demote_f64", "d:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F64ConvertI32S] = new("f64.convert_i32_s", "i:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64ConvertI32U] = new("f64.convert_i32_u", "i:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64ConvertI64S] = new("f64.convert_i64_s", "l:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64ConvertI64U] = new("f64.convert_i64_u", "l:d", WasmImmediate.None, 1);
        t[(int)WasmOp.F64PromoteF32] = new("f64.promote_f32", "f:d", WasmImmediate.None, 1);
        t[(int)WasmOp.I32ReinterpretF32] = new("i32.reinterpret_f32", "f:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64ReinterpretF64] = new("i64.reinterpret_f64", "d:l", WasmImmediate.None, 1);
        t[(int)WasmOp.F32ReinterpretI32] = new("f32.reinterpret_i32", "i:f", WasmImmediate.None, 1);
        t[(int)WasmOp.F64ReinterpretI64] = new("f64.reinterpret_i64", "l:d", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Extend8S] = new("i32.extend8_s", "i:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I32Extend16S] = new("i32.extend16_s", "i:i", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Extend8S] = new("i64.extend8_s", "l:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Extend16S] = new("i64.extend16_s", "l:l", WasmImmediate.None, 1);
        t[(int)WasmOp.I64Extend32S] = new("i64.extend32_s", "l:l", WasmImmediate.None, 1);
        t[(int)WasmOp.RefNull] = new("ref.null", "*", WasmImmediate.RefType, 1);
        t[(int)WasmOp.RefIsNull] = new("ref.is_null", "*", WasmImmediate.None, 1);
        t[(int)WasmOp.RefFunc] = new("ref.func", "*", WasmImmediate.Func, 1);
        t[(int)WasmOp.I32TruncSatF32S] = new("i32.trunc_sat_f32_s", "f:i", WasmImmediate.None, 3);
        t[(int)WasmOp.I32TruncSatF32U] = new("i32.trunc_sat_f32_u", "f:i", WasmImmediate.None, 3);
        t[(int)WasmOp.I32TruncSatF64S] = new("i32.trunc_sat_f64_s", "d:i", WasmImmediate.None, 3);
        t[(int)WasmOp.I32TruncSatF64U] = new("i32.trunc_sat_f64_u", "d:i", WasmImmediate.None, 3);
        t[(int)WasmOp.I64TruncSatF32S] = new("i64.trunc_sat_f32_s", "f:l", WasmImmediate.None, 3);
        t[(int)WasmOp.I64TruncSatF32U] = new("i64.trunc_sat_f32_u", "f:l", WasmImmediate.None, 3);
        t[(int)WasmOp.I64TruncSatF64S] = new("i64.trunc_sat_f64_s", "d:l", WasmImmediate.None, 3);
        t[(int)WasmOp.I64TruncSatF64U] = new("i64.trunc_sat_f64_u", "d:l", WasmImmediate.None, 3);
        t[(int)WasmOp.MemoryInit] = new("memory.init", "iii:", WasmImmediate.DataMemory, 10);
        t[(int)WasmOp.DataDrop] = new("data.drop", ":", WasmImmediate.Data, 2);
        t[(int)WasmOp.MemoryCopy] = new("memory.copy", "iii:", WasmImmediate.MemoryMemory, 10);
        t[(int)WasmOp.MemoryFill] = new("memory.fill", "iii:", WasmImmediate.Memory, 10);
        t[(int)WasmOp.TableInit] = new("table.init", "iii:", WasmImmediate.ElemTable, 10);
        t[(int)WasmOp.ElemDrop] = new("elem.drop", ":", WasmImmediate.Elem, 2);
        t[(int)WasmOp.TableCopy] = new("table.copy", "iii:", WasmImmediate.TableTable, 10);
        t[(int)WasmOp.TableGrow] = new("table.grow", "*", WasmImmediate.Table, 50);
        t[(int)WasmOp.TableSize] = new("table.size", ":i", WasmImmediate.Table, 1);
        t[(int)WasmOp.TableFill] = new("table.fill", "*", WasmImmediate.Table, 10);
        return t;
    }
}
