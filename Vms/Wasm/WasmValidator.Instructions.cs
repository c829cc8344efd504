namespace Granary.Vms.Wasm;

/// <content>The instructions whose types depend on more than their opcode.</content>
internal sealed partial class WasmValidator
{
    private void CheckSpecial(WasmOp op, ref WasmReader reader)
    {
        switch (op)
        {
            case WasmOp.Unreachable:
                SetUnreachable();
                break;
            case WasmOp.Block or WasmOp.Loop or WasmOp.If:
                CheckBlock(op, WasmBlockTypes.Read(ref reader, _module));
                break;
            case WasmOp.Else:
                Frame then = _frames[_depth - 1];
                if (then.Op != WasmOp.If)
                {
                    throw WasmReader.Malformed("else without if", _at);
                }
                PopFrame();
                PushFrame(WasmOp.Else, then.Type);
                break;
            case WasmOp.End:
                CheckEnd();
                break;
            case WasmOp.Br or WasmOp.BrIf or WasmOp.BrTable or WasmOp.Return:
                CheckBranch(op, ref reader);
                break;
            case WasmOp.Call:
                CheckCall(FuncType(reader.ReadUInt32()));
                break;
            case WasmOp.CallIndirect:
                CheckCallIndirect(ref reader);
                break;
            case WasmOp.Drop:
                Pop();
                break;
            case WasmOp.Select or WasmOp.SelectT:
                CheckSelect(op, ref reader);
                break;
            case WasmOp.LocalGet or WasmOp.LocalSet or WasmOp.LocalTee:
                CheckLocal(op, reader.ReadUInt32());
                break;
            case WasmOp.GlobalGet or WasmOp.GlobalSet:
                CheckGlobal(op, reader.ReadUInt32());
                break;
            case WasmOp.RefNull or WasmOp.RefIsNull or WasmOp.RefFunc:
                CheckReference(op, ref reader);
                break;
            default:
                CheckTable(op, TableType(reader.ReadUInt32()).Element);
                break;
        }
    }

    private void CheckBlock(WasmOp op, WasmFuncType type)
    {
        if (op == WasmOp.If)
        {
            Pop(WasmType.I32);
        }
        Pop(type.Parameters);
        PushFrame(op, type);
    }

    private void CheckEnd()
    {
        Frame frame = PopFrame();
        if (frame.Op == WasmOp.If && !frame.Type.Parameters.AsSpan().SequenceEqual(frame.Type.Results))
        {
            throw Mismatch("an if without else must leave what it takes");
        }
        if (_depth > 0)
        {
            Push(frame.Type.Results);
        }
    }

    private void CheckBranch(WasmOp op, ref WasmReader reader)
    {
        switch (op)
        {
            case WasmOp.Br:
                Pop(LabelTypes(reader.ReadUInt32()));
                SetUnreachable();
                break;
            case WasmOp.BrIf:
                Pop(WasmType.I32);
                WasmType[] types = LabelTypes(reader.ReadUInt32());
                Pop(types);
                Push(types);
                break;
            case WasmOp.BrTable:
                CheckBranchTable(ref reader);
                break;
            default:
                Pop(_function.Type.Results);
                SetUnreachable();
                break;
        }
    }

    private void CheckBranchTable(ref WasmReader reader)
    {
        Pop(WasmType.I32);
        int count = reader.ReadCount();
        if (count > BranchTableMax)
        {
            throw WasmReader.Invalid($"a branch table of {count} labels is over the limit of {BranchTableMax}", _at);
        }
        uint[] labels = new uint[count + 1];
        foreach (ref uint label in labels.AsSpan())
        {
            label = reader.ReadUInt32();
        }
        int arity = LabelTypes(labels[^1]).Length;
        WasmType[]? checkedTypes = null;
        foreach (uint label in labels)
        {
            WasmType[] types = LabelTypes(label);
            if (types.Length != arity)
            {
                throw Mismatch("the labels of a branch table take different numbers of values");
            }
            if (!ReferenceEquals(types, checkedTypes))
            {
                CheckTop(types);
                checkedTypes = types;
            }
        }
        Pop(LabelTypes(labels[^1]));
        SetUnreachable();
    }

    /// <summary>The topmost operands fit the types; they stay, with the types that they have.</summary>
    private void CheckTop(WasmType[] types)
    {
        Work(types.Length);
        ref Frame frame = ref _frames[_depth - 1];
        for (int i = 0; i < types.Length; i++)
        {
            int slot = _height - types.Length + i;
            WasmType found = slot >= frame.Height ? _operands[slot]
                : frame.Unreachable ? WasmType.Any : throw Mismatch("an operand is missing");
            if (found != types[i] && found != WasmType.Any)
            {
                throw Mismatch($"{WasmTypeNames.Of(types[i])} wanted, {WasmTypeNames.Of(found)} found");
            }
        }
    }

    private void CheckCall(WasmFuncType type)
    {
        Pop(type.Parameters);
        Push(type.Results);
    }

    private void CheckCallIndirect(ref WasmReader reader)
    {
        uint type = reader.ReadUInt32();
        WasmTableType table = TableType(reader.ReadUInt32());
        if (table.Element != WasmType.FuncRef)
        {
            throw Mismatch("call_indirect needs a table of funcref");
        }
        Pop(WasmType.I32);
        CheckCall(TypeAt(type));
    }

    private void CheckSelect(WasmOp op, ref WasmReader reader)
    {
        if (op == WasmOp.SelectT)
        {
            if (reader.ReadUInt32() != 1)
            {
                throw WasmReader.Invalid("invalid result arity", _at);
            }
            WasmType type = WasmDecoder.ReadValueType(ref reader);
            Pop(WasmType.I32);
            Pop(type);
            Pop(type);
            Push(type);
            return;
        }
        Pop(WasmType.I32);
        WasmType second = Pop();
        WasmType first = Pop(second);
        if (WasmTypeNames.IsReference(first) || WasmTypeNames.IsReference(second))
        {
            throw Mismatch("select without a type takes numbers only");
        }
        Push(first == WasmType.Any ? second : first);
    }

    private void CheckLocal(WasmOp op, uint index)
    {
        if (index >= (uint)_function.Locals.Length)
        {
            throw Unknown("local", index);
        }
        WasmType type = _function.Locals[index];
        if (op != WasmOp.LocalGet)
        {
            Pop(type);
        }
        if (op != WasmOp.LocalSet)
        {
            Push(type);
        }
    }

    private void CheckGlobal(WasmOp op, uint index)
    {
        if (index >= (uint)_module.GlobalTypes.Count)
        {
            throw Unknown("global", index);
        }
        WasmGlobalType global = _module.GlobalTypes[(int)index];
        if (op == WasmOp.GlobalGet)
        {
            Push(global.Type);
            return;
        }
        if (!global.Mutable)
        {
            throw WasmReader.Invalid("global is immutable", _at);
        }
        Pop(global.Type);
    }

    private void CheckReference(WasmOp op, ref WasmReader reader)
    {
        switch (op)
        {
            case WasmOp.RefNull:
                WasmType type = (WasmType)reader.ReadByte();
                Push(WasmTypeNames.IsReference(type)
                    ? type
                    : throw WasmReader.Malformed("malformed reference type", _at));
                break;
            case WasmOp.RefIsNull:
                WasmType found = Pop();
                if (found != WasmType.Any && !WasmTypeNames.IsReference(found))
                {
                    throw Mismatch("ref.is_null takes a reference");
                }
                Push(WasmType.I32);
                break;
            default:
                uint func = reader.ReadUInt32();
                FuncType(func);
                if (!_module.DeclaredFuncs.Contains((int)func))
                {
                    throw WasmReader.Invalid("undeclared function reference", _at);
                }
                Push(WasmType.FuncRef);
                break;
        }
    }

    private void CheckTable(WasmOp op, WasmType element)
    {
        if (op is WasmOp.TableGrow or WasmOp.TableFill)
        {
            Pop(WasmType.I32);
        }
        if (op != WasmOp.TableGet)
        {
            Pop(element);
        }
        if (op != WasmOp.TableGrow)
        {
            Pop(WasmType.I32);
        }
        if (op is WasmOp.TableGet or WasmOp.TableGrow)
        {
            Push(op == WasmOp.TableGet ? element : WasmType.I32);
        }
    }
}
