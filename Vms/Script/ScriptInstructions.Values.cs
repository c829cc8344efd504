namespace Granary.Vms.Script;

/// <summary>Variables, integers and byte strings.</summary>
internal static partial class ScriptInstructions
{
    public static TrapKind Set(ScriptRun run, in ScriptInstruction i) =>
        run.State.TrySet(i.A, run.Value(i.B)) ? TrapKind.None : TrapKind.LimitExceeded;

    /// <summary>Arithmetic wraps around at 64 bits.</summary>
    public static TrapKind Calculate(ScriptRun run, in ScriptInstruction i)
    {
        ref readonly ScriptValue left = ref run.Value(i.A);
        ref readonly ScriptValue right = ref run.Value(i.B);
        bool divides = i.Op is ScriptOp.Div or ScriptOp.Mod;
        if (!left.IsInteger || !right.IsInteger || (divides && right.Integer == 0))
        {
            return TrapKind.BadOperand;
        }
        long a = left.Integer;
        long b = right.Integer;
        run.State.SetInteger(i.A, i.Op switch
        {
            ScriptOp.Add => unchecked(a + b),
            ScriptOp.Sub => unchecked(a - b),
            ScriptOp.Mul => unchecked(a * b),
            // The processor faults on the lowest integer divided by -1; negating it wraps as the others do.
            ScriptOp.Div => b == -1 ? unchecked(-a) : a / b,
            ScriptOp.Mod => b == -1 ? 0 : a % b,
            _ => throw new InvalidOperationException($"{i.Op} is no arithmetic."),
        });
        return TrapKind.None;
    }

    public static TrapKind Join(ScriptRun run, in ScriptInstruction i, ref GasMeter gas)
    {
        Span<byte> leftScratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        Span<byte> rightScratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        ReadOnlySpan<byte> left = run.Value(i.A).AsText(leftScratch);
        ReadOnlySpan<byte> right = run.Value(i.B).AsText(rightScratch);
        long bytes = (long)left.Length + right.Length;
        if (bytes > run.Program.Limits.ValueBytesMax)
        {
            return TrapKind.LimitExceeded;
        }
        if (!gas.TryCharge(GasSchedule.Copy((int)bytes)))
        {
            return TrapKind.OutOfGas;
        }
        byte[] joined = new byte[bytes];
        left.CopyTo(joined);
        right.CopyTo(joined.AsSpan(left.Length));
        return run.State.TrySet(i.A, new ScriptValue(joined)) ? TrapKind.None : TrapKind.LimitExceeded;
    }

    /// <summary>Reads decimal text; what is none becomes 0 and <c>ok</c> 0, for payloads come from anywhere.</summary>
    public static TrapKind Int(ScriptRun run, in ScriptInstruction i, ref GasMeter gas)
    {
        ref readonly ScriptValue value = ref run.Value(i.B);
        long integer = value.Integer;
        bool read = true;
        if (value.Bytes is { } bytes)
        {
            if (!gas.TryCharge(bytes.Length))
            {
                return TrapKind.OutOfGas;
            }
            read = ScriptValue.TryParse(bytes, out integer);
        }
        run.State.SetStatus((byte)(read ? HostStatus.Ok : HostStatus.NotFound));
        run.State.SetInteger(i.A, integer);
        return TrapKind.None;
    }

    /// <summary>Makes text, with zeros in front up to the width and behind a minus sign.</summary>
    public static TrapKind Text(ScriptRun run, in ScriptInstruction i, ref GasMeter gas)
    {
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        ReadOnlySpan<byte> text = run.Value(i.B).AsText(scratch);
        if (!run.TryGetSize(i.C, 0, out long width))
        {
            return TrapKind.BadOperand;
        }
        long bytes = Math.Max(width, text.Length);
        if (bytes > run.Program.Limits.ValueBytesMax)
        {
            return TrapKind.LimitExceeded;
        }
        if (!gas.TryCharge(GasSchedule.Copy((int)bytes)))
        {
            return TrapKind.OutOfGas;
        }
        byte[] padded = new byte[bytes];
        padded.AsSpan().Fill((byte)'0');
        int sign = text.Length > 0 && text[0] == (byte)'-' ? 1 : 0;
        text[..sign].CopyTo(padded);
        ReadOnlySpan<byte> digits = text[sign..];
        digits.CopyTo(padded.AsSpan(padded.Length - digits.Length));
        return run.State.TrySet(i.A, new ScriptValue(padded)) ? TrapKind.None : TrapKind.LimitExceeded;
    }

    public static TrapKind Len(ScriptRun run, in ScriptInstruction i)
    {
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        run.State.SetInteger(i.A, run.Value(i.B).AsText(scratch).Length);
        return TrapKind.None;
    }
}
