namespace Granary.Vms.Wasm;

/// <summary>
/// Where compiled code must see to the processor's flags itself. The JIT of .NET 10 takes a rotation to set the zero
/// flag, which it does not, and leaves out the test in front of what asks for it. It makes rotations also of two shifts
/// of one value, to the left and to the right, that are put together.
/// </summary>
internal sealed class WasmRotations
{
    private readonly WasmFunctionCode _code;

    /// <summary>Distances of shifts to the left, by width; one that is no constant may be any.</summary>
    private readonly (HashSet<int> Known, bool Any)[] _left = [([], false), ([], false)];

    public WasmRotations(WasmFunctionCode code)
    {
        _code = code;
        foreach (ref readonly WasmStep step in code.Steps.AsSpan())
        {
            if ((WasmOp)step.Op is WasmOp.I32Shl or WasmOp.I64Shl)
            {
                bool wide = (WasmOp)step.Op == WasmOp.I64Shl;
                ref (HashSet<int> Known, bool Any) left = ref _left[wide ? 1 : 0];
                if (DistanceOf(step, wide) is { } distance)
                {
                    left.Known.Add(distance);
                }
                else
                {
                    left.Any = true;
                }
            }
        }
    }

    public static bool IsRotation(WasmOp op) =>
        op is WasmOp.I32Rotl or WasmOp.I32Rotr or WasmOp.I64Rotl or WasmOp.I64Rotr;

    /// <summary>A shift to the right that may become part of a rotation.</summary>
    public bool MayBePart(WasmOp op, in WasmStep step)
    {
        if (op is not (WasmOp.I32ShrU or WasmOp.I64ShrU))
        {
            return false;
        }
        bool wide = op == WasmOp.I64ShrU;
        (HashSet<int> known, bool any) = _left[wide ? 1 : 0];
        return any || (known.Count > 0
            && (DistanceOf(step, wide) is not { } distance || known.Contains((wide ? 64 : 32) - distance)));
    }

    private int? DistanceOf(in WasmStep step, bool wide)
    {
        int constant = step.C - _code.Function.Locals.Length;
        return constant >= 0 && step.C < _code.FirstOperand
            ? (int)_code.Constants[constant] & (wide ? 63 : 31)
            : null;
    }
}
