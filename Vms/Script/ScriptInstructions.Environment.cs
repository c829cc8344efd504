namespace Granary.Vms.Script;

/// <summary>Diagnostic output, and what the machine can learn about its surroundings.</summary>
internal static partial class ScriptInstructions
{
    /// <summary>From here on a message's gas counts as unlimited, and <c>gas</c> gives the highest integer.</summary>
    /// <remarks>A host may give each slice a fresh unlimited meter, so what is left of one must not be seen.</remarks>
    public const long UnlimitedGasMin = GasMeter.Unlimited / 2;

    public static TrapKind Print(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        return ScriptRun.TrapOf(host.Print(run.Value(i.A).AsText(scratch), ref gas));
    }

    public static TrapKind Log(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        return ScriptRun.TrapOf(host.Log(run.Value(i.A).AsText(scratch), ref gas));
    }

    /// <summary>The sign bit is dropped: a number of 0 or more is what <c>mod</c> wants.</summary>
    public static TrapKind Random(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        TrapKind trap = ScriptRun.TrapOf(host.Random(ref gas, out ulong value));
        if (trap == TrapKind.None)
        {
            run.State.SetInteger(i.A, (long)(value >> 1));
        }
        return trap;
    }

    public static TrapKind Time(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        TrapKind trap = ScriptRun.TrapOf(host.Time(ref gas, out long unixMilliseconds));
        if (trap == TrapKind.None)
        {
            run.State.SetInteger(i.A, unixMilliseconds);
        }
        return trap;
    }

    public static TrapKind Gas(ScriptRun run, in ScriptInstruction i, in GasMeter gas)
    {
        run.State.SetInteger(i.A, gas.MessageLeft >= UnlimitedGasMin ? long.MaxValue : gas.MessageLeft);
        return TrapKind.None;
    }
}
