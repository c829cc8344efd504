namespace Granary.Vms.Script;

/// <summary>Messages that a kernel gets from its own clock.</summary>
internal static partial class ScriptInstructions
{
    public static TrapKind Schedule(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        TrapKind trap = run.TryGetName(i.A, mayBeEmpty: false, out string name);
        if (trap != TrapKind.None)
        {
            return trap;
        }
        trap = run.TryGetName(i.B, mayBeEmpty: true, out string entry);
        if (trap != TrapKind.None)
        {
            return trap;
        }
        if (!run.TryGetSize(i.D, 0, out long delay) || !run.TryGetSize(i.E, 0, out long period)
            || !run.TryGetSize(i.F, MessageGasDefault, out long messageGas))
        {
            return TrapKind.BadOperand;
        }
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        VmTimer timer = new(name, entry, run.Value(i.C).AsText(scratch), delay)
        {
            PeriodMilliseconds = period,
            Gas = messageGas,
        };
        return ScriptRun.TrapOf(host.SetTimer(timer, ref gas));
    }

    public static TrapKind Unschedule(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        TrapKind trap = run.TryGetName(i.A, mayBeEmpty: false, out string name);
        return trap != TrapKind.None ? trap : run.Tell(host.ClearTimer(name, ref gas));
    }
}
