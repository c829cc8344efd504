namespace Granary.Vms.Evm;

/// <summary>The instructions, by the names of the execution specification.</summary>
internal enum EvmOp : byte
{
    Stop = 0x00, Add = 0x01, Mul = 0x02, Sub = 0x03, Div = 0x04, SDiv = 0x05, Mod = 0x06, SMod = 0x07,
    AddMod = 0x08, MulMod = 0x09, Exp = 0x0A, SignExtend = 0x0B, Lt = 0x10, Gt = 0x11, SLt = 0x12, SGt = 0x13,
    Eq = 0x14, IsZero = 0x15, And = 0x16, Or = 0x17, Xor = 0x18, Not = 0x19, Byte = 0x1A, Shl = 0x1B,
    Shr = 0x1C, Sar = 0x1D, Keccak256 = 0x20, Address = 0x30, Balance = 0x31, Origin = 0x32, Caller = 0x33,
    CallValue = 0x34, CallDataLoad = 0x35, CallDataSize = 0x36, CallDataCopy = 0x37, CodeSize = 0x38,
    CodeCopy = 0x39, GasPrice = 0x3A, ExtCodeSize = 0x3B, ExtCodeCopy = 0x3C, ReturnDataSize = 0x3D,
    ReturnDataCopy = 0x3E, ExtCodeHash = 0x3F, BlockHash = 0x40, Coinbase = 0x41, Timestamp = 0x42,
    Number = 0x43, PrevRandao = 0x44, GasLimit = 0x45, ChainId = 0x46, SelfBalance = 0x47, BaseFee = 0x48,
    BlobHash = 0x49, BlobBaseFee = 0x4A, Pop = 0x50, MLoad = 0x51, MStore = 0x52, MStore8 = 0x53,
    SLoad = 0x54, SStore = 0x55, Jump = 0x56, JumpI = 0x57, Pc = 0x58, MSize = 0x59, Gas = 0x5A,
    JumpDest = 0x5B, TLoad = 0x5C, TStore = 0x5D, MCopy = 0x5E, Push0 = 0x5F, Push1 = 0x60, Push2 = 0x61,
    Push3 = 0x62, Push4 = 0x63, Push5 = 0x64, Push6 = 0x65, Push7 = 0x66, Push8 = 0x67, Push9 = 0x68,
    Push10 = 0x69, Push11 = 0x6A, Push12 = 0x6B, Push13 = 0x6C, Push14 = 0x6D, Push15 = 0x6E, Push16 = 0x6F,
    Push17 = 0x70, Push18 = 0x71, Push19 = 0x72, Push20 = 0x73, Push21 = 0x74, Push22 = 0x75, Push23 = 0x76,
    Push24 = 0x77, Push25 = 0x78, Push26 = 0x79, Push27 = 0x7A, Push28 = 0x7B, Push29 = 0x7C, Push30 = 0x7D,
    Push31 = 0x7E, Push32 = 0x7F, Dup1 = 0x80, Dup2 = 0x81, Dup3 = 0x82, Dup4 = 0x83, Dup5 = 0x84,
    Dup6 = 0x85, Dup7 = 0x86, Dup8 = 0x87, Dup9 = 0x88, Dup10 = 0x89, Dup11 = 0x8A, Dup12 = 0x8B,
    Dup13 = 0x8C, Dup14 = 0x8D, Dup15 = 0x8E, Dup16 = 0x8F, Swap1 = 0x90, Swap2 = 0x91, Swap3 = 0x92,
    Swap4 = 0x93, Swap5 = 0x94, Swap6 = 0x95, Swap7 = 0x96, Swap8 = 0x97, Swap9 = 0x98, Swap10 = 0x99,
    Swap11 = 0x9A, Swap12 = 0x9B, Swap13 = 0x9C, Swap14 = 0x9D, Swap15 = 0x9E, Swap16 = 0x9F, Log0 = 0xA0,
    Log1 = 0xA1, Log2 = 0xA2, Log3 = 0xA3, Log4 = 0xA4, Create = 0xF0, Call = 0xF1, CallCode = 0xF2,
    Return = 0xF3, DelegateCall = 0xF4, Create2 = 0xF5, StaticCall = 0xFA, Revert = 0xFD, Invalid = 0xFE,
    SelfDestruct = 0xFF,
}

/// <summary>The instruction set as data: decoder, gas, disassembler and tests read it.</summary>
/// <remarks>
/// A row's gas is that of its first revision; what later revisions changed is in <see cref="Changes"/>. Gas that
/// depends on operands is in <see cref="EvmGas"/>.
/// </remarks>
internal static class EvmOpcodes
{
    private static readonly EvmOpcodeRow[] _rows =
    [
        new(EvmOp.Stop, "STOP", Needs: 0, Change: 0, Gas: 0),
        new(EvmOp.Add, "ADD", Needs: 2, Change: -1, Gas: 3),
        new(EvmOp.Mul, "MUL", Needs: 2, Change: -1, Gas: 5),
        new(EvmOp.Sub, "SUB", Needs: 2, Change: -1, Gas: 3),
        new(EvmOp.Div, "DIV", Needs: 2, Change: -1, Gas: 5),
        new(EvmOp.SDiv, "SDIV", Needs: 2, Change: -1, Gas: 5),
        new(EvmOp.Mod, "MOD", Needs: 2, Change: -1, Gas: 5),
        new(EvmOp.SMod, "SMOD", Needs: 2, Change: -1, Gas: 5),
        new(EvmOp.AddMod, "ADDMOD", Needs: 3, Change: -2, Gas: 8),
        new(EvmOp.MulMod, "MULMOD", Needs: 3, Change: -2, Gas: 8),
        new(EvmOp.Exp, "EXP", Needs: 2, Change: -1, Gas: 10),
        new(EvmOp.SignExtend, "SIGNEXTEND", Needs: 2, Change: -1, Gas: 5),
        new(EvmOp.Lt, "LT", Needs: 2, Change: -1, Gas: 3),
        new(EvmOp.Gt, "GT", Needs: 2, Change: -1, Gas: 3),
        new(EvmOp.SLt, "SLT", Needs: 2, Change: -1, Gas: 3),
        new(EvmOp.SGt, "SGT", Needs: 2, Change: -1, Gas: 3),
        new(EvmOp.Eq, "EQ", Needs: 2, Change: -1, Gas: 3),
        new(EvmOp.IsZero, "ISZERO", Needs: 1, Change: 0, Gas: 3),
        new(EvmOp.And, "AND", Needs: 2, Change: -1, Gas: 3),
        new(EvmOp.Or, "OR", Needs: 2, Change: -1, Gas: 3),
        new(EvmOp.Xor, "XOR", Needs: 2, Change: -1, Gas: 3),
        new(EvmOp.Not, "NOT", Needs: 1, Change: 0, Gas: 3),
        new(EvmOp.Byte, "BYTE", Needs: 2, Change: -1, Gas: 3),
        new(EvmOp.Shl, "SHL", Needs: 2, Change: -1, Gas: 3, Since: EvmRevision.Constantinople),
        new(EvmOp.Shr, "SHR", Needs: 2, Change: -1, Gas: 3, Since: EvmRevision.Constantinople),
        new(EvmOp.Sar, "SAR", Needs: 2, Change: -1, Gas: 3, Since: EvmRevision.Constantinople),
        new(EvmOp.Keccak256, "KECCAK256", Needs: 2, Change: -1, Gas: 30),
        new(EvmOp.Address, "ADDRESS", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.Balance, "BALANCE", Needs: 1, Change: 0, Gas: 20),
        new(EvmOp.Origin, "ORIGIN", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.Caller, "CALLER", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.CallValue, "CALLVALUE", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.CallDataLoad, "CALLDATALOAD", Needs: 1, Change: 0, Gas: 3),
        new(EvmOp.CallDataSize, "CALLDATASIZE", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.CallDataCopy, "CALLDATACOPY", Needs: 3, Change: -3, Gas: 3),
        new(EvmOp.CodeSize, "CODESIZE", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.CodeCopy, "CODECOPY", Needs: 3, Change: -3, Gas: 3),
        new(EvmOp.GasPrice, "GASPRICE", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.ExtCodeSize, "EXTCODESIZE", Needs: 1, Change: 0, Gas: 20),
        new(EvmOp.ExtCodeCopy, "EXTCODECOPY", Needs: 4, Change: -4, Gas: 20),
        new(EvmOp.ReturnDataSize, "RETURNDATASIZE", Needs: 0, Change: 1, Gas: 2, Since: EvmRevision.Byzantium),
        new(EvmOp.ReturnDataCopy, "RETURNDATACOPY", Needs: 3, Change: -3, Gas: 3, Since: EvmRevision.Byzantium),
        new(EvmOp.ExtCodeHash, "EXTCODEHASH", Needs: 1, Change: 0, Gas: 400, Since: EvmRevision.Constantinople),
        new(EvmOp.BlockHash, "BLOCKHASH", Needs: 1, Change: 0, Gas: 20),
        new(EvmOp.Coinbase, "COINBASE", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.Timestamp, "TIMESTAMP", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.Number, "NUMBER", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.PrevRandao, "PREVRANDAO", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.GasLimit, "GASLIMIT", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.ChainId, "CHAINID", Needs: 0, Change: 1, Gas: 2, Since: EvmRevision.Istanbul),
        new(EvmOp.SelfBalance, "SELFBALANCE", Needs: 0, Change: 1, Gas: 5, Since: EvmRevision.Istanbul),
        new(EvmOp.BaseFee, "BASEFEE", Needs: 0, Change: 1, Gas: 2, Since: EvmRevision.London),
        new(EvmOp.BlobHash, "BLOBHASH", Needs: 1, Change: 0, Gas: 3, Since: EvmRevision.Cancun),
        new(EvmOp.BlobBaseFee, "BLOBBASEFEE", Needs: 0, Change: 1, Gas: 2, Since: EvmRevision.Cancun),
        new(EvmOp.Pop, "POP", Needs: 1, Change: -1, Gas: 2),
        new(EvmOp.MLoad, "MLOAD", Needs: 1, Change: 0, Gas: 3),
        new(EvmOp.MStore, "MSTORE", Needs: 2, Change: -2, Gas: 3),
        new(EvmOp.MStore8, "MSTORE8", Needs: 2, Change: -2, Gas: 3),
        new(EvmOp.SLoad, "SLOAD", Needs: 1, Change: 0, Gas: 50),
        new(EvmOp.SStore, "SSTORE", Needs: 2, Change: -2, Gas: 0),
        new(EvmOp.Jump, "JUMP", Needs: 1, Change: -1, Gas: 8),
        new(EvmOp.JumpI, "JUMPI", Needs: 2, Change: -2, Gas: 10),
        new(EvmOp.Pc, "PC", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.MSize, "MSIZE", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.Gas, "GAS", Needs: 0, Change: 1, Gas: 2),
        new(EvmOp.JumpDest, "JUMPDEST", Needs: 0, Change: 0, Gas: 1),
        new(EvmOp.TLoad, "TLOAD", Needs: 1, Change: 0, Gas: 100, Since: EvmRevision.Cancun),
        new(EvmOp.TStore, "TSTORE", Needs: 2, Change: -2, Gas: 100, Since: EvmRevision.Cancun),
        new(EvmOp.MCopy, "MCOPY", Needs: 3, Change: -3, Gas: 3, Since: EvmRevision.Cancun),
        new(EvmOp.Push0, "PUSH0", Needs: 0, Change: 1, Gas: 2, Since: EvmRevision.Shanghai),
        new(EvmOp.Push1, "PUSH1", Needs: 0, Change: 1, Gas: 3, Immediate: 1),
        new(EvmOp.Push2, "PUSH2", Needs: 0, Change: 1, Gas: 3, Immediate: 2),
        new(EvmOp.Push3, "PUSH3", Needs: 0, Change: 1, Gas: 3, Immediate: 3),
        new(EvmOp.Push4, "PUSH4", Needs: 0, Change: 1, Gas: 3, Immediate: 4),
        new(EvmOp.Push5, "PUSH5", Needs: 0, Change: 1, Gas: 3, Immediate: 5),
        new(EvmOp.Push6, "PUSH6", Needs: 0, Change: 1, Gas: 3, Immediate: 6),
        new(EvmOp.Push7, "PUSH7", Needs: 0, Change: 1, Gas: 3, Immediate: 7),
        new(EvmOp.Push8, "PUSH8", Needs: 0, Change: 1, Gas: 3, Immediate: 8),
        new(EvmOp.Push9, "PUSH9", Needs: 0, Change: 1, Gas: 3, Immediate: 9),
        new(EvmOp.Push10, "PUSH10", Needs: 0, Change: 1, Gas: 3, Immediate: 10),
        new(EvmOp.Push11, "PUSH11", Needs: 0, Change: 1, Gas: 3, Immediate: 11),
        new(EvmOp.Push12, "PUSH12", Needs: 0, Change: 1, Gas: 3, Immediate: 12),
        new(EvmOp.Push13, "PUSH13", Needs: 0, Change: 1, Gas: 3, Immediate: 13),
        new(EvmOp.Push14, "PUSH14", Needs: 0, Change: 1, Gas: 3, Immediate: 14),
        new(EvmOp.Push15, "PUSH15", Needs: 0, Change: 1, Gas: 3, Immediate: 15),
        new(EvmOp.Push16, "PUSH16", Needs: 0, Change: 1, Gas: 3, Immediate: 16),
        new(EvmOp.Push17, "PUSH17", Needs: 0, Change: 1, Gas: 3, Immediate: 17),
        new(EvmOp.Push18, "PUSH18", Needs: 0, Change: 1, Gas: 3, Immediate: 18),
        new(EvmOp.Push19, "PUSH19", Needs: 0, Change: 1, Gas: 3, Immediate: 19),
        new(EvmOp.Push20, "PUSH20", Needs: 0, Change: 1, Gas: 3, Immediate: 20),
        new(EvmOp.Push21, "PUSH21", Needs: 0, Change: 1, Gas: 3, Immediate: 21),
        new(EvmOp.Push22, "PUSH22", Needs: 0, Change: 1, Gas: 3, Immediate: 22),
        new(EvmOp.Push23, "PUSH23", Needs: 0, Change: 1, Gas: 3, Immediate: 23),
        new(EvmOp.Push24, "PUSH24", Needs: 0, Change: 1, Gas: 3, Immediate: 24),
        new(EvmOp.Push25, "PUSH25", Needs: 0, Change: 1, Gas: 3, Immediate: 25),
        new(EvmOp.Push26, "PUSH26", Needs: 0, Change: 1, Gas: 3, Immediate: 26),
        new(EvmOp.Push27, "PUSH27", Needs: 0, Change: 1, Gas: 3, Immediate: 27),
        new(EvmOp.Push28, "PUSH28", Needs: 0, Change: 1, Gas: 3, Immediate: 28),
        new(EvmOp.Push29, "PUSH29", Needs: 0, Change: 1, Gas: 3, Immediate: 29),
        new(EvmOp.Push30, "PUSH30", Needs: 0, Change: 1, Gas: 3, Immediate: 30),
        new(EvmOp.Push31, "PUSH31", Needs: 0, Change: 1, Gas: 3, Immediate: 31),
        new(EvmOp.Push32, "PUSH32", Needs: 0, Change: 1, Gas: 3, Immediate: 32),
        new(EvmOp.Dup1, "DUP1", Needs: 1, Change: 1, Gas: 3),
        new(EvmOp.Dup2, "DUP2", Needs: 2, Change: 1, Gas: 3),
        new(EvmOp.Dup3, "DUP3", Needs: 3, Change: 1, Gas: 3),
        new(EvmOp.Dup4, "DUP4", Needs: 4, Change: 1, Gas: 3),
        new(EvmOp.Dup5, "DUP5", Needs: 5, Change: 1, Gas: 3),
        new(EvmOp.Dup6, "DUP6", Needs: 6, Change: 1, Gas: 3),
        new(EvmOp.Dup7, "DUP7", Needs: 7, Change: 1, Gas: 3),
        new(EvmOp.Dup8, "DUP8", Needs: 8, Change: 1, Gas: 3),
        new(EvmOp.Dup9, "DUP9", Needs: 9, Change: 1, Gas: 3),
        new(EvmOp.Dup10, "DUP10", Needs: 10, Change: 1, Gas: 3),
        new(EvmOp.Dup11, "DUP11", Needs: 11, Change: 1, Gas: 3),
        new(EvmOp.Dup12, "DUP12", Needs: 12, Change: 1, Gas: 3),
        new(EvmOp.Dup13, "DUP13", Needs: 13, Change: 1, Gas: 3),
        new(EvmOp.Dup14, "DUP14", Needs: 14, Change: 1, Gas: 3),
        new(EvmOp.Dup15, "DUP15", Needs: 15, Change: 1, Gas: 3),
        new(EvmOp.Dup16, "DUP16", Needs: 16, Change: 1, Gas: 3),
        new(EvmOp.Swap1, "SWAP1", Needs: 2, Change: 0, Gas: 3),
        new(EvmOp.Swap2, "SWAP2", Needs: 3, Change: 0, Gas: 3),
        new(EvmOp.Swap3, "SWAP3", Needs: 4, Change: 0, Gas: 3),
        new(EvmOp.Swap4, "SWAP4", Needs: 5, Change: 0, Gas: 3),
        new(EvmOp.Swap5, "SWAP5", Needs: 6, Change: 0, Gas: 3),
        new(EvmOp.Swap6, "SWAP6", Needs: 7, Change: 0, Gas: 3),
        new(EvmOp.Swap7, "SWAP7", Needs: 8, Change: 0, Gas: 3),
        new(EvmOp.Swap8, "SWAP8", Needs: 9, Change: 0, Gas: 3),
        new(EvmOp.Swap9, "SWAP9", Needs: 10, Change: 0, Gas: 3),
        new(EvmOp.Swap10, "SWAP10", Needs: 11, Change: 0, Gas: 3),
        new(EvmOp.Swap11, "SWAP11", Needs: 12, Change: 0, Gas: 3),
        new(EvmOp.Swap12, "SWAP12", Needs: 13, Change: 0, Gas: 3),
        new(EvmOp.Swap13, "SWAP13", Needs: 14, Change: 0, Gas: 3),
        new(EvmOp.Swap14, "SWAP14", Needs: 15, Change: 0, Gas: 3),
        new(EvmOp.Swap15, "SWAP15", Needs: 16, Change: 0, Gas: 3),
        new(EvmOp.Swap16, "SWAP16", Needs: 17, Change: 0, Gas: 3),
        new(EvmOp.Log0, "LOG0", Needs: 2, Change: -2, Gas: 375),
        new(EvmOp.Log1, "LOG1", Needs: 3, Change: -3, Gas: 750),
        new(EvmOp.Log2, "LOG2", Needs: 4, Change: -4, Gas: 1125),
        new(EvmOp.Log3, "LOG3", Needs: 5, Change: -5, Gas: 1500),
        new(EvmOp.Log4, "LOG4", Needs: 6, Change: -6, Gas: 1875),
        new(EvmOp.Create, "CREATE", Needs: 3, Change: -2, Gas: 32000),
        new(EvmOp.Call, "CALL", Needs: 7, Change: -6, Gas: 40),
        new(EvmOp.CallCode, "CALLCODE", Needs: 7, Change: -6, Gas: 40),
        new(EvmOp.Return, "RETURN", Needs: 2, Change: -2, Gas: 0),
        new(EvmOp.DelegateCall, "DELEGATECALL", Needs: 6, Change: -5, Gas: 40, Since: EvmRevision.Homestead),
        new(EvmOp.Create2, "CREATE2", Needs: 4, Change: -3, Gas: 32000, Since: EvmRevision.Constantinople),
        new(EvmOp.StaticCall, "STATICCALL", Needs: 6, Change: -5, Gas: 700, Since: EvmRevision.Byzantium),
        new(EvmOp.Revert, "REVERT", Needs: 2, Change: -2, Gas: 0, Since: EvmRevision.Byzantium),
        new(EvmOp.Invalid, "INVALID", Needs: 0, Change: 0, Gas: 0),
        new(EvmOp.SelfDestruct, "SELFDESTRUCT", Needs: 1, Change: -1, Gas: 0),
    ];

    private static readonly EvmOpcodeRow?[] _byCode = Index();

    /// <summary>All rows, in the order of their codes.</summary>
    public static IReadOnlyList<EvmOpcodeRow> Rows => _rows;

    /// <summary>What revisions changed: from this one on, the instruction costs so much.</summary>
    public static IReadOnlyList<(EvmRevision From, EvmOp Op, int Gas)> Changes { get; } =
    [
        // EIP-150
        (EvmRevision.TangerineWhistle, EvmOp.Balance, 400),
        (EvmRevision.TangerineWhistle, EvmOp.ExtCodeSize, 700),
        (EvmRevision.TangerineWhistle, EvmOp.ExtCodeCopy, 700),
        (EvmRevision.TangerineWhistle, EvmOp.SLoad, 200),
        (EvmRevision.TangerineWhistle, EvmOp.Call, 700),
        (EvmRevision.TangerineWhistle, EvmOp.CallCode, 700),
        (EvmRevision.TangerineWhistle, EvmOp.DelegateCall, 700),
        (EvmRevision.TangerineWhistle, EvmOp.SelfDestruct, 5_000),
        // EIP-1884
        (EvmRevision.Istanbul, EvmOp.Balance, 700),
        (EvmRevision.Istanbul, EvmOp.ExtCodeHash, 700),
        (EvmRevision.Istanbul, EvmOp.SLoad, 800),
        // EIP-2929: the price of what is warm; what is cold costs more, by EvmGas.
        (EvmRevision.Berlin, EvmOp.Balance, 100),
        (EvmRevision.Berlin, EvmOp.ExtCodeSize, 100),
        (EvmRevision.Berlin, EvmOp.ExtCodeCopy, 100),
        (EvmRevision.Berlin, EvmOp.ExtCodeHash, 100),
        (EvmRevision.Berlin, EvmOp.SLoad, 100),
        (EvmRevision.Berlin, EvmOp.Call, 100),
        (EvmRevision.Berlin, EvmOp.CallCode, 100),
        (EvmRevision.Berlin, EvmOp.DelegateCall, 100),
        (EvmRevision.Berlin, EvmOp.StaticCall, 100),
    ];

    /// <summary>The row of a code, or null when no revision defines it.</summary>
    public static EvmOpcodeRow? Find(byte code) => _byCode[code];

    /// <summary>The instructions of one revision, indexed by code.</summary>
    public static EvmOpcodeInfo[] TableOf(EvmRevision revision)
    {
        EvmOpcodeInfo[] table = new EvmOpcodeInfo[256];
        Array.Fill(table, EvmOpcodeInfo.Undefined);
        foreach (EvmOpcodeRow row in _rows.Where(r => r.Since <= revision && r.Op != EvmOp.Invalid))
        {
            int gas = row.Gas;
            foreach ((EvmRevision from, EvmOp op, int changed) in Changes)
            {
                gas = op == row.Op && from <= revision ? changed : gas;
            }
            table[(byte)row.Op] = new EvmOpcodeInfo(gas, row.Needs, row.Change);
        }
        return table;
    }

    private static EvmOpcodeRow?[] Index()
    {
        EvmOpcodeRow?[] index = new EvmOpcodeRow?[256];
        foreach (EvmOpcodeRow row in _rows)
        {
            index[(byte)row.Op] = row;
        }
        return index;
    }
}
