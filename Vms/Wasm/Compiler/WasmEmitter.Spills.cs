using System.Reflection.Emit;

namespace Granary.Vms.Wasm;

/// <content>Frames on their way to the heap and back.</content>
internal sealed partial class WasmEmitter
{
    private void EmitResumption()
    {
        LoadGas();
        LoadCells();
        LoadMemory();
        Label[] points = [.. _code.Points.Select(_ => _il.DefineLabel())];
        Label start = _il.DefineLabel();
        _il.Emit(OpCodes.Ldarg, (short)PointArgument);
        _il.Emit(OpCodes.Switch, points);
        _il.Emit(OpCodes.Br, start);
        for (int i = 0; i < points.Length; i++)
        {
            WasmPoint point = _code.Points[i];
            _il.MarkLabel(points[i]);
            LoadLocals(NeededAt(i));
            foreach ((WasmType type, int depth) in HeldAt(point).Select((t, d) => (t, d)))
            {
                LoadFrameSlot(_code.FirstOperand + depth, type);
                Store(_code.FirstOperand + depth, type);
            }
            _il.Emit(OpCodes.Br, _labels[point.Step]);
        }
        _il.MarkLabel(start);
        LoadLocals(needed: null);
        TakeGas(_code.EntryGas);
    }

    private void LoadLocals(ulong[]? needed)
    {
        for (int i = 0; i < _locals.Length; i++)
        {
            if (WasmLiveness.Contains(needed, i))
            {
                LoadFrameSlot(i, _function.Locals[i]);
                _il.Emit(OpCodes.Stloc, _locals[i]);
            }
        }
    }

    /// <summary>Operands at a point, and behind them the results of a call that has returned.</summary>
    private static IEnumerable<WasmType> HeldAt(WasmPoint point) =>
        point.IsLoop ? point.Operands! : point.Operands!.Concat(point.CalleeType!.Results);

    /// <summary>
    /// The slow path never goes back into the loop: it puts the frame into the machine's slots, and the function is
    /// left.
    /// </summary>
    private void EmitSpills()
    {
        if (_spills.Count == 0)
        {
            return;
        }
        LocalBuilder to = _il.DeclareLocal(typeof(nint));
        LocalBuilder point = _il.DeclareLocal(typeof(int));
        Label locals = _il.DefineLabel();
        Label call = _il.DefineLabel();
        bool shares = false;
        foreach ((Label label, int at) in _spills)
        {
            _il.MarkLabel(label);
            LoadState();
            _il.Emit(OpCodes.Ldfld, WasmTierMembers.SpillTop);
            _il.Emit(OpCodes.Stloc, to);
            _il.Emit(OpCodes.Ldc_I4, at);
            _il.Emit(OpCodes.Stloc, point);
            if (at >= 0)
            {
                StoreGas();
            }
            int slot = _locals.Length;
            foreach (WasmType type in at < 0 ? [] : HeldAt(_code.Points[at]))
            {
                StoreThrough(to, slot, _code.FirstOperand + slot - _locals.Length, type);
                slot++;
            }
            if (_sharesSpills)
            {
                shares = true;
                _il.Emit(OpCodes.Br, locals);
            }
            else
            {
                StoreLocals(to, NeededAt(at));
                _il.Emit(OpCodes.Br, call);
            }
        }
        if (shares)
        {
            _il.MarkLabel(locals);
            StoreLocals(to, needed: null);
        }
        // The call comes last: a local that lives across it would be kept in memory in the loops too.
        _il.MarkLabel(call);
        LoadState();
        _il.Emit(OpCodes.Ldc_I4, _function.Index);
        _il.Emit(OpCodes.Ldloc, point);
        _il.Emit(OpCodes.Call, WasmTierMembers.Spill);
        _il.Emit(OpCodes.Br, _leave);
    }

    /// <summary>The locals that go to the heap and come back at a safe point; null for all, also at the beginning.
    /// </summary>
    private ulong[]? NeededAt(int point) => point < 0 || _sharesSpills ? null : _code.Points[point].NeededLocals;

    private void StoreLocals(LocalBuilder to, ulong[]? needed)
    {
        for (int i = 0; i < _locals.Length; i++)
        {
            if (WasmLiveness.Contains(needed, i))
            {
                StoreThrough(to, i, i, _function.Locals[i]);
            }
        }
    }

    private void StoreThrough(LocalBuilder pointer, int index, int slot, WasmType type)
    {
        _il.Emit(OpCodes.Ldloc, pointer);
        _il.Emit(OpCodes.Ldc_I4, index * sizeof(ulong));
        _il.Emit(OpCodes.Add);
        Load(slot, type);
        ToBits(type);
        _il.Emit(OpCodes.Stind_I8);
    }
}
