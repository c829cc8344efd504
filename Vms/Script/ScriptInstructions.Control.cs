namespace Granary.Vms.Script;

/// <summary>Comparing and ending.</summary>
internal static partial class ScriptInstructions
{
    /// <summary>
    /// Integers compare by size, byte strings byte by byte. An integer equals a byte string that is its decimal text,
    /// but has no order with one: "10" would come before 9, which nobody means.
    /// </summary>
    public static TrapKind Compare(ScriptRun run, in ScriptInstruction i, ref GasMeter gas, out bool holds)
    {
        ref readonly ScriptValue left = ref run.Value(i.A);
        ref readonly ScriptValue right = ref run.Value(i.C);
        ScriptComparison comparison = (ScriptComparison)i.B;
        holds = false;
        if (left.IsInteger && right.IsInteger)
        {
            holds = Holds(comparison, left.Integer.CompareTo(right.Integer));
            return TrapKind.None;
        }
        if (left.IsInteger != right.IsInteger
            && comparison is not (ScriptComparison.Equal or ScriptComparison.NotEqual))
        {
            return TrapKind.BadOperand;
        }
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        // At most one of the two is an integer, so one scratch is enough.
        ReadOnlySpan<byte> leftText = left.AsText(scratch);
        ReadOnlySpan<byte> rightText = right.AsText(scratch);
        if (!gas.TryCharge(GasSchedule.Copy(Math.Min(leftText.Length, rightText.Length))))
        {
            return TrapKind.OutOfGas;
        }
        holds = Holds(comparison, leftText.SequenceCompareTo(rightText));
        return TrapKind.None;
    }

    /// <summary>The exit of <c>halt</c>, <c>revert</c> or a handler's end; else null and a trap.</summary>
    public static VmExit? TryEnd(ScriptRun run, in ScriptInstruction i, ref GasMeter gas, out TrapKind trap)
    {
        byte[] output = i.Op == ScriptOp.End || i.A == ScriptInstruction.Absent ? [] : run.Value(i.A).ToText();
        trap = output.Length > run.Program.Limits.PayloadBytesMax ? TrapKind.LimitExceeded
            : !gas.TryCharge(GasSchedule.Copy(output.Length)) ? TrapKind.OutOfGas
            : TrapKind.None;
        if (trap != TrapKind.None)
        {
            return null;
        }
        run.State.Clear();
        return i.Op == ScriptOp.Revert ? new VmExit.Reverted(output)
            : output.Length == 0 ? VmExit.Halted.Empty
            : new VmExit.Halted(output);
    }

    public static bool Holds(ScriptComparison comparison, int order) => comparison switch
    {
        ScriptComparison.Equal => order == 0,
        ScriptComparison.NotEqual => order != 0,
        ScriptComparison.Less => order < 0,
        ScriptComparison.LessOrEqual => order <= 0,
        ScriptComparison.Greater => order > 0,
        ScriptComparison.GreaterOrEqual => order >= 0,
        _ => throw new InvalidOperationException($"The decoder let comparison {comparison} through."),
    };
}
