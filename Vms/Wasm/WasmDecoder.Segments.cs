namespace Granary.Vms.Wasm;

/// <content>Globals, code, elements, data, and the constant expressions in them.</content>
internal static partial class WasmDecoder
{
    private static void ReadGlobals(ref WasmReader reader, WasmModule module)
    {
        for (int n = reader.ReadCount(); n > 0; n--)
        {
            WasmGlobalType type = ReadGlobalType(ref reader);
            module.Globals.Add(new WasmGlobal(type, ReadConstant(ref reader, module, type.Type)));
        }
        foreach (WasmGlobal global in module.Globals)
        {
            // Only now: a constant expression sees imported globals, not those of this section.
            module.GlobalTypes.Add(global.Type);
        }
    }

    /// <summary>Reads up to the end of the expression; exactly one value of the type must be left.</summary>
    private static WasmConstant ReadConstant(ref WasmReader reader, WasmModule module, WasmType wanted)
    {
        WasmConstant? constant = null;
        int start = reader.Position;
        while (true)
        {
            int at = reader.Position;
            WasmOp op = ReadOpcode(ref reader);
            if (op == WasmOp.End)
            {
                return constant ?? throw WasmReader.Invalid("type mismatch", start);
            }
            (WasmType type, WasmConstant value) = ReadConstantInstruction(ref reader, module, op, at);
            if (constant is not null || type != wanted)
            {
                throw WasmReader.Invalid("type mismatch", at);
            }
            constant = value;
        }
    }

    private static (WasmType Type, WasmConstant Value) ReadConstantInstruction(
        ref WasmReader reader, WasmModule module, WasmOp op, int at)
    {
        switch (op)
        {
            case WasmOp.I32Const:
                return (WasmType.I32, new WasmConstant(op, (uint)reader.ReadInt32()));
            case WasmOp.I64Const:
                return (WasmType.I64, new WasmConstant(op, (ulong)reader.ReadInt64()));
            case WasmOp.F32Const:
                return (WasmType.F32, new WasmConstant(op, reader.ReadBits32()));
            case WasmOp.F64Const:
                return (WasmType.F64, new WasmConstant(op, reader.ReadBits64()));
            case WasmOp.RefNull:
                return (ReadReferenceType(ref reader), new WasmConstant(op, WasmReference.Null));
            case WasmOp.RefFunc:
                uint func = reader.ReadUInt32();
                if (func >= (uint)module.FuncTypes.Count)
                {
                    throw WasmReader.Invalid(Unknown("function", func), at);
                }
                module.DeclaredFuncs.Add((int)func);
                return (WasmType.FuncRef, new WasmConstant(op, func));
            case WasmOp.GlobalGet:
                uint index = reader.ReadUInt32();
                if (index >= (uint)module.ImportedGlobals)
                {
                    throw WasmReader.Invalid(Unknown("global", index), at);
                }
                WasmGlobalType global = module.GlobalTypes[(int)index];
                return global.Mutable
                    ? throw WasmReader.Invalid("constant expression required", at)
                    : (global.Type, new WasmConstant(op, index));
            default:
                throw WasmReader.Invalid("constant expression required", at);
        }
    }

    /// <summary>The next opcode, with its prefix.</summary>
    public static WasmOp ReadOpcode(ref WasmReader reader)
    {
        int at = reader.Position;
        byte code = reader.ReadByte();
        if (code == WasmOpcodes.SimdPrefix)
        {
            throw Simd("instruction with prefix 0xfd", at);
        }
        if (code == WasmOpcodes.MiscPrefix)
        {
            uint number = reader.ReadUInt32();
            return number < WasmOpcodes.MiscCount
                ? (WasmOp)(WasmOpcodes.MiscBase + number)
                : throw WasmReader.Malformed("illegal opcode", at);
        }
        return code < WasmOpcodes.MiscBase && WasmOpcodes.IsDefined(code)
            ? (WasmOp)code
            : throw WasmReader.Malformed("illegal opcode", at);
    }

    private static void ReadCode(ref WasmReader reader, WasmModule module, Progress progress)
    {
        int countAt = reader.Position;
        int count = reader.ReadCount();
        if (count != progress.Declared.Count)
        {
            throw WasmReader.Malformed("function and code section have inconsistent lengths", countAt);
        }
        for (int i = 0; i < count; i++)
        {
            int at = reader.Position;
            uint size = reader.ReadUInt32();
            if (size > (uint)reader.Left)
            {
                throw WasmReader.Malformed("unexpected end", at);
            }
            int end = reader.Position + (int)size;
            WasmReader body = new(module.Code.Span, reader.Position, end);
            WasmFuncType type = progress.Declared[i];
            WasmType[] locals = ReadLocals(ref body, type);
            module.Functions.Add(new WasmFunction(module.ImportedFuncs + i, type, locals, body.Position, end));
            reader.Skip((int)size);
        }
    }

    private static WasmType[] ReadLocals(ref WasmReader body, WasmFuncType type)
    {
        int start = body.Position;
        List<WasmType> locals = [.. type.Parameters];
        ulong total = 0;
        for (int groups = body.ReadCount(); groups > 0; groups--)
        {
            int at = body.Position;
            uint count = body.ReadUInt32();
            total += count;
            if (total > uint.MaxValue)
            {
                throw WasmReader.Malformed("too many locals", at);
            }
            WasmType local = ReadValueType(ref body);
            if (total <= LocalsMax)
            {
                locals.AddRange(Enumerable.Repeat(local, (int)count));
            }
        }
        return total <= LocalsMax
            ? [.. locals]
            : throw WasmReader.Invalid($"{total} locals are over the limit of {LocalsMax}", start);
    }

    private static void ReadElements(ref WasmReader reader, WasmModule module)
    {
        for (int n = reader.ReadCount(); n > 0; n--)
        {
            module.Elements.Add(ReadElementSegment(ref reader, module));
        }
    }

    private static WasmElements ReadElementSegment(ref WasmReader reader, WasmModule module)
    {
        int at = reader.Position;
        uint flags = reader.ReadUInt32();
        if (flags > 7)
        {
            throw WasmReader.Malformed("malformed elements segment kind", at);
        }
        bool active = (flags & 1) == 0;
        bool expressions = (flags & 4) != 0;
        uint table = active && (flags & 2) != 0 ? reader.ReadUInt32() : 0;
        WasmConstant offset = default;
        if (active)
        {
            if (table >= (uint)module.Tables.Count)
            {
                throw WasmReader.Invalid(Unknown("table", table), at);
            }
            offset = ReadConstant(ref reader, module, WasmType.I32);
        }
        WasmType type = WasmType.FuncRef;
        if ((flags & 3) != 0)
        {
            type = expressions ? ReadReferenceType(ref reader) : ReadElementKind(ref reader);
        }
        if (active && module.Tables[(int)table].Element != type)
        {
            throw WasmReader.Invalid("type mismatch", at);
        }
        WasmConstant[] items = new WasmConstant[reader.ReadCount()];
        foreach (ref WasmConstant item in items.AsSpan())
        {
            item = expressions ? ReadConstant(ref reader, module, type) : ReadFunctionItem(ref reader, module);
        }
        WasmSegmentMode mode = active ? WasmSegmentMode.Active
            : (flags & 2) != 0 ? WasmSegmentMode.Declarative : WasmSegmentMode.Passive;
        return new WasmElements(type, items, mode, (int)table, offset);
    }

    private static WasmType ReadElementKind(ref WasmReader reader)
    {
        int at = reader.Position;
        return reader.ReadByte() == 0 ? WasmType.FuncRef : throw WasmReader.Malformed("malformed element kind", at);
    }

    private static WasmConstant ReadFunctionItem(ref WasmReader reader, WasmModule module)
    {
        int at = reader.Position;
        uint func = reader.ReadUInt32();
        if (func >= (uint)module.FuncTypes.Count)
        {
            throw WasmReader.Invalid(Unknown("function", func), at);
        }
        module.DeclaredFuncs.Add((int)func);
        return new WasmConstant(WasmOp.RefFunc, func);
    }

    private static void ReadData(ref WasmReader reader, WasmModule module)
    {
        for (int n = reader.ReadCount(); n > 0; n--)
        {
            int at = reader.Position;
            uint flags = reader.ReadUInt32();
            if (flags > 2)
            {
                throw WasmReader.Malformed("malformed data segment kind", at);
            }
            uint memory = flags == 2 ? reader.ReadUInt32() : 0;
            WasmConstant offset = default;
            if (flags != 1)
            {
                if (memory >= (uint)module.Memories.Count)
                {
                    throw WasmReader.Invalid(Unknown("memory", memory), at);
                }
                offset = ReadConstant(ref reader, module, WasmType.I32);
            }
            int size = reader.ReadBytes().Length;
            module.Data.Add(new WasmData(reader.Position - size, size,
                flags == 1 ? WasmSegmentMode.Passive : WasmSegmentMode.Active, offset));
        }
    }
}
