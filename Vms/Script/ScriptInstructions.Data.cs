namespace Granary.Vms.Script;

/// <summary>What the kernel stores.</summary>
internal static partial class ScriptInstructions
{
    public static TrapKind Get(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        HostStatus status = host.Get(run.Value(i.B).AsText(scratch), ref gas, out ReadOnlyMemory<byte> value);
        TrapKind trap = run.Tell(status);
        return trap != TrapKind.None ? trap : run.SetCopy(i.A, value.Span);
    }

    public static TrapKind Put(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        Span<byte> keyScratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        Span<byte> valueScratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        return ScriptRun.TrapOf(host.Put(
            run.Value(i.A).AsText(keyScratch), run.Value(i.B).AsText(valueScratch), ref gas));
    }

    public static TrapKind Delete(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        return run.Tell(host.Delete(run.Value(i.A).AsText(scratch), ref gas));
    }

    public static TrapKind Next(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        HostStatus status = host.Next(run.Value(i.C).AsText(scratch), ref gas,
            out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value);
        TrapKind trap = run.Tell(status);
        if (trap == TrapKind.None)
        {
            trap = run.SetCopy(i.A, key.Span);
        }
        return trap != TrapKind.None ? trap : run.SetCopy(i.B, value.Span);
    }
}
