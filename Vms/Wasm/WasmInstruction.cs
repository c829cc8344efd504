namespace Granary.Vms.Wasm;

/// <summary>An instruction with its immediates. The labels of a branch table stay in the reader.</summary>
/// <param name="A">The first immediate; a number's bits; an offset of a load or store; the count of labels.</param>
/// <param name="B">The second immediate.</param>
internal readonly record struct WasmInstruction(WasmOp Op, ulong A, uint B, WasmFuncType? BlockType)
{
    public bool IsConstant => Op is WasmOp.I32Const or WasmOp.I64Const or WasmOp.F32Const or WasmOp.F64Const;

    public ulong Constant => A;

    /// <summary>Reads the next instruction of a body.</summary>
    /// <exception cref="InvalidCodeException">There is none; never for a validated body.</exception>
    public static WasmInstruction Read(ref WasmReader reader, WasmModule module)
    {
        WasmOp op = WasmDecoder.ReadOpcode(ref reader);
        ulong a = 0;
        uint b = 0;
        WasmFuncType? type = null;
        switch (WasmOpcodes.Info(op).Immediate)
        {
            case WasmImmediate.Block:
                type = WasmBlockTypes.Read(ref reader, module);
                break;
            case WasmImmediate.BrTable:
                a = (ulong)reader.ReadCount();
                break;
            case WasmImmediate.CallIndirect or WasmImmediate.DataMemory or WasmImmediate.ElemTable
                or WasmImmediate.TableTable or WasmImmediate.MemoryMemory:
                a = reader.ReadUInt32();
                b = reader.ReadUInt32();
                break;
            case WasmImmediate.MemArg:
                b = reader.ReadUInt32();
                a = reader.ReadUInt32();
                break;
            case WasmImmediate.SelectT:
                reader.ReadUInt32();
                a = reader.ReadByte();
                break;
            case WasmImmediate.I32:
                a = (uint)reader.ReadInt32();
                break;
            case WasmImmediate.I64:
                a = (ulong)reader.ReadInt64();
                break;
            case WasmImmediate.F32:
                a = reader.ReadBits32();
                break;
            case WasmImmediate.F64:
                a = reader.ReadBits64();
                break;
            case WasmImmediate.RefType:
                a = reader.ReadByte();
                break;
            case WasmImmediate.None:
                break;
            default:
                a = reader.ReadUInt32();
                break;
        }
        return new WasmInstruction(op, a, b, type);
    }

    /// <summary>Passes the labels of a branch table.</summary>
    public void SkipLabels(ref WasmReader reader)
    {
        for (ulong i = 0; i <= A; i++)
        {
            reader.ReadUInt32();
        }
    }
}
