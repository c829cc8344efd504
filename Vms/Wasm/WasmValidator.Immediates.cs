namespace Granary.Vms.Wasm;

/// <content>What follows opcodes, and the lookups of what it names.</content>
internal sealed partial class WasmValidator
{
    private void CheckImmediate(WasmOp op, ref WasmReader reader)
    {
        switch (WasmOpcodes.Info(op).Immediate)
        {
            case WasmImmediate.I32:
                reader.ReadInt32();
                break;
            case WasmImmediate.I64:
                reader.ReadInt64();
                break;
            case WasmImmediate.F32:
                reader.Skip(sizeof(float));
                break;
            case WasmImmediate.F64:
                reader.Skip(sizeof(double));
                break;
            case WasmImmediate.MemArg:
                CheckMemoryAccess(op, ref reader);
                break;
            case WasmImmediate.Memory:
                CheckMemory(ref reader);
                break;
            case WasmImmediate.MemoryMemory:
                CheckMemory(ref reader);
                CheckMemory(ref reader);
                break;
            case WasmImmediate.DataMemory:
                uint data = reader.ReadUInt32();
                CheckMemory(ref reader);
                CheckData(data);
                break;
            case WasmImmediate.Data:
                CheckData(reader.ReadUInt32());
                break;
            case WasmImmediate.Elem:
                ElementType(reader.ReadUInt32());
                break;
            case WasmImmediate.ElemTable:
                WasmType element = ElementType(reader.ReadUInt32());
                SameElements(TableType(reader.ReadUInt32()).Element, element);
                break;
            case WasmImmediate.TableTable:
                WasmType target = TableType(reader.ReadUInt32()).Element;
                SameElements(target, TableType(reader.ReadUInt32()).Element);
                break;
            case WasmImmediate.Table:
                TableType(reader.ReadUInt32());
                break;
        }
    }

    private void SameElements(WasmType target, WasmType source)
    {
        if (target != source)
        {
            throw Mismatch("the table holds other references");
        }
    }

    private void CheckMemoryAccess(WasmOp op, ref WasmReader reader)
    {
        uint align = reader.ReadUInt32();
        if (align >= 32)
        {
            throw WasmReader.Malformed("malformed memop flags", _at);
        }
        reader.ReadUInt32();
        RequireMemory();
        if (1u << (int)align > (uint)WasmOpcodes.AccessBytes(op))
        {
            throw WasmReader.Invalid("alignment must not be larger than natural", _at);
        }
    }

    private void CheckMemory(ref WasmReader reader)
    {
        if (reader.ReadByte() != 0)
        {
            throw WasmReader.Malformed("zero byte expected", _at);
        }
        RequireMemory();
    }

    private void RequireMemory()
    {
        if (_module.Memories.Count == 0)
        {
            throw WasmReader.Invalid("unknown memory 0", _at);
        }
    }

    private void CheckData(uint index)
    {
        if (!_module.HasDataCount && _module.Data.Count > 0)
        {
            throw WasmReader.Malformed("data count section required", _at);
        }
        if (index >= (uint)_module.DataCount)
        {
            throw Unknown("data segment", index);
        }
    }

    private WasmType ElementType(uint index) => index < (uint)_module.Elements.Count
        ? _module.Elements[(int)index].Type
        : throw Unknown("elem segment", index);

    private WasmTableType TableType(uint index) => index < (uint)_module.Tables.Count
        ? _module.Tables[(int)index]
        : throw Unknown("table", index);

    private WasmFuncType FuncType(uint index) => index < (uint)_module.FuncTypes.Count
        ? _module.FuncTypes[(int)index]
        : throw Unknown("function", index);

    private WasmFuncType TypeAt(uint index) => index < (uint)_module.Types.Count
        ? _module.Types[(int)index]
        : throw Unknown("type", index);
}
