using System.Runtime.InteropServices;

namespace Granary.Vms.Wasm;

/// <content>Branches, calls and returns.</content>
internal sealed partial class WasmTranslator
{
    /// <summary>So many values move one by one; more in one step, so that the steps do not outgrow the code.</summary>
    private const int SingleMovesMax = 4;

    private void AddPoint(bool isLoop, int step, int height, int callee, WasmFuncType? calleeType, int table) =>
        _points.Add(new WasmPoint
        {
            Offset = _offset, IsLoop = isLoop, Step = step, Height = height,
            Operands = _function.StackMax <= CompiledStackMax ? _types.AsSpan(0, height).ToArray() : null,
            Callee = callee, CalleeType = calleeType, Table = table,
        });

    /// <summary>Brings the values that a label takes to where it expects them, and jumps.</summary>
    private void BranchTo(int label)
    {
        if (label == _frames.Count - 1)
        {
            EmitReturn();
            return;
        }
        Frame frame = _frames[^(label + 1)];
        SettleMany(frame);
        EmitLabelMoves(frame);
        EmitJumpTo(frame);
    }

    private void SettleMany(Frame frame)
    {
        if (LabelTypes(frame).Length > SingleMovesMax)
        {
            SettleAll();
        }
    }

    private void EmitJumpTo(Frame frame)
    {
        int jump = Emit(WasmStepOp.Jump, frame.Start);
        if (frame.Op != WasmOp.Loop)
        {
            frame.Patches.Add(jump);
        }
    }

    private static WasmType[] LabelTypes(Frame frame) =>
        frame.Op == WasmOp.Loop ? frame.Type.Parameters : frame.Type.Results;

    /// <remarks>Upwards is safe: a value never moves to a slot above its own.</remarks>
    private void EmitLabelMoves(Frame frame)
    {
        WasmType[] types = LabelTypes(frame);
        if (types.Length > SingleMovesMax)
        {
            // All of them are in their own slots: the branch has seen to it.
            Emit(WasmStepOp.MoveMany, OperandSlot(frame.Height), OperandSlot(_height - types.Length), types.Length);
            _producer = -1;
            return;
        }
        for (int i = 0; i < types.Length; i++)
        {
            int source = _slots[_height - types.Length + i];
            int target = OperandSlot(frame.Height + i);
            if (source != target)
            {
                Emit(WasmStepOp.Move, target, source, 0, types[i]);
            }
        }
        _producer = -1;
    }

    private bool NeedsMoves(Frame frame)
    {
        int arity = LabelTypes(frame).Length;
        for (int i = 0; i < arity; i++)
        {
            if (_slots[_height - arity + i] != OperandSlot(frame.Height + i))
            {
                return true;
            }
        }
        return false;
    }

    private void BranchIf(int label)
    {
        int condition = Pop();
        bool returns = label == _frames.Count - 1;
        Frame frame = _frames[^(label + 1)];
        SettleMany(frame);
        if (!returns && !NeedsMoves(frame))
        {
            int jump = EmitJumpIf(condition, whenZero: false);
            if (frame.Op == WasmOp.Loop)
            {
                CollectionsMarshal.AsSpan(_steps)[jump].A = frame.Start;
            }
            else
            {
                frame.Patches.Add(jump);
            }
        }
        else
        {
            int over = EmitJumpIf(condition, whenZero: true);
            BranchTo(label);
            Patch(over);
        }
        BeginSegment();
    }

    private void BranchTable(int count, ref WasmReader reader)
    {
        int index = Pop();
        // Every label takes the same number of values: in their own slots, they move to each label in one go.
        SettleAll();
        Emit(WasmStepOp.JumpTable, index, count);
        int[] labels = new int[count + 1];
        int first = _steps.Count;
        for (int i = 0; i <= count; i++)
        {
            labels[i] = (int)reader.ReadUInt32();
            Emit(WasmStepOp.Jump);
        }
        Dictionary<int, int> targets = [];
        for (int i = 0; i <= count; i++)
        {
            if (!targets.TryGetValue(labels[i], out int target))
            {
                target = EmitTableTarget(labels[i], first + i);
                targets.Add(labels[i], target);
            }
            if (target >= 0)
            {
                CollectionsMarshal.AsSpan(_steps)[first + i].A = target;
            }
            else
            {
                _frames[^(labels[i] + 1)].Patches.Add(first + i);
            }
        }
    }

    /// <summary>The step that a label of a branch table leads to; -1 when it is the end of a block and not known yet.
    /// </summary>
    private int EmitTableTarget(int label, int jump)
    {
        int here = _steps.Count;
        if (label == _frames.Count - 1)
        {
            EmitReturn();
            return here;
        }
        Frame frame = _frames[^(label + 1)];
        if (!NeedsMoves(frame))
        {
            return frame.Op == WasmOp.Loop ? frame.Start : -1;
        }
        WasmType[] types = LabelTypes(frame);
        if (types.Length == 1)
        {
            Emit(WasmStepOp.Move, OperandSlot(frame.Height), OperandSlot(_height - 1), 0, types[0]);
        }
        else
        {
            Emit(WasmStepOp.MoveMany, OperandSlot(frame.Height), OperandSlot(_height - types.Length), types.Length);
        }
        EmitJumpTo(frame);
        return here;
    }

    private void EmitReturn()
    {
        WasmType[] results = _function.Type.Results;
        switch (results.Length)
        {
            case 0:
                Emit(WasmStepOp.Return);
                break;
            case 1:
                Emit(WasmStepOp.ReturnOne, _slots[_height - 1], 0, 0, results[0]);
                break;
            default:
                for (int i = 0; i < results.Length; i++)
                {
                    int depth = _height - results.Length + i;
                    if (_slots[depth] != OperandSlot(depth))
                    {
                        Emit(WasmStepOp.Move, OperandSlot(depth), _slots[depth], 0, results[i]);
                    }
                }
                Emit(WasmStepOp.ReturnMany, OperandSlot(_height - results.Length), results.Length);
                break;
        }
        _producer = -1;
    }

    private void TranslateCall(in WasmInstruction next)
    {
        SettleAll();
        bool indirect = next.Op == WasmOp.CallIndirect;
        WasmFuncType type = indirect ? _module.Types[(int)next.A] : _module.FuncTypes[(int)next.A];
        int index = indirect ? Pop() : 0;
        _height -= type.Parameters.Length;
        int first = OperandSlot(_height);
        int point = _points.Count;
        WasmStepOp op = indirect ? WasmStepOp.CallTable
            : (int)next.A < _module.ImportedFuncs ? WasmStepOp.CallImport : WasmStepOp.CallFunction;
        int step = Emit(op, indirect ? index : (int)next.A, first, point);
        AddPoint(isLoop: false, step + 1, _height, indirect ? -1 : (int)next.A, type, (int)next.B);
        foreach (WasmType result in type.Results)
        {
            Push(OperandSlot(_height), result);
        }
        _producer = -1;
    }
}
