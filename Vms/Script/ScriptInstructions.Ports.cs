namespace Granary.Vms.Script;

/// <summary>Ports that come, stay and go.</summary>
internal static partial class ScriptInstructions
{
    public static TrapKind Arrived(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        TrapKind trap = ScriptRun.TrapOf(host.Arrived(ref gas, out int portCount, out long firedCount));
        if (trap == TrapKind.None)
        {
            run.State.SetInteger(i.A, portCount);
            run.State.SetInteger(i.B, firedCount);
        }
        return trap;
    }

    /// <summary>The instructions that name a port and do something to it.</summary>
    public static TrapKind ChangePort(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        TrapKind trap = run.TryGetName(i.A, mayBeEmpty: false, out string name);
        if (trap != TrapKind.None)
        {
            return trap;
        }
        if (i.Op == ScriptOp.Bind)
        {
            return Bind(run, name, i.B, host, ref gas);
        }
        return run.Tell(i.Op switch
        {
            ScriptOp.Unbind => host.UnbindPort(name, ref gas),
            ScriptOp.Open => host.OpenPort(name, ref gas),
            ScriptOp.Revoke => host.RevokePort(name, ref gas),
            _ => throw new InvalidOperationException($"{i.Op} changes no port."),
        });
    }

    private static TrapKind Bind(ScriptRun run, string name, int indexOperand, IVmHost host, ref GasMeter gas)
    {
        if (!run.TryGetSize(indexOperand, 0, out long index))
        {
            return TrapKind.BadOperand;
        }
        // No message brings so many ports: the highest number is as absent as those above it.
        return run.Tell(host.BindPort(name, (int)Math.Min(index, int.MaxValue), ref gas));
    }
}
