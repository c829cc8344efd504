namespace Granary.Vms.Script;

/// <summary>Messages to other kernels and events.</summary>
internal static partial class ScriptInstructions
{
    /// <summary>Gas of a message that names none: enough for some hundred host calls.</summary>
    public const long MessageGasDefault = 1_000_000;

    public static TrapKind Send(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        TrapKind trap = TryMakeMessage(run, i, at: 0, run.Value(i.C).AsText(scratch), ref gas, out VmMessage message);
        return trap != TrapKind.None ? trap : run.Tell(host.Send(message, ref gas));
    }

    public static TrapKind Call(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        TrapKind trap = TryMakeMessage(run, i, at: 1, run.Value(i.D).AsText(scratch), ref gas, out VmMessage message);
        if (trap != TrapKind.None)
        {
            return trap;
        }
        trap = run.Tell(host.Call(message, ref gas, out ulong callId));
        if (trap == TrapKind.None)
        {
            run.State.SetInteger(i.A, (long)callId);
        }
        return trap;
    }

    public static TrapKind Broadcast(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        TrapKind trap = TryMakeMessage(run, i, at: 1, run.Value(i.D).AsText(scratch), ref gas, out VmMessage message);
        if (trap != TrapKind.None)
        {
            return trap;
        }
        trap = run.Tell(host.Broadcast(message, ref gas, out int count));
        if (trap == TrapKind.None)
        {
            run.State.SetInteger(i.A, count);
        }
        return trap;
    }

    public static TrapKind Reply(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        TrapKind trap = run.TryGetNames(i.B, ref gas, out string[] ports);
        if (trap != TrapKind.None)
        {
            return trap;
        }
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        return run.Tell(host.Reply(run.Value(i.A).AsText(scratch), ports, ref gas));
    }

    public static TrapKind Emit(ScriptRun run, in ScriptInstruction i, IVmHost host, ref GasMeter gas)
    {
        TrapKind trap = run.TryGetName(i.A, mayBeEmpty: false, out string topic);
        if (trap != TrapKind.None)
        {
            return trap;
        }
        Span<byte> scratch = stackalloc byte[ScriptValue.IntegerTextBytesMax];
        return ScriptRun.TrapOf(host.Emit(topic, run.Value(i.B).AsText(scratch), ref gas));
    }

    /// <summary>Reads what <c>send</c>, <c>call</c> and <c>broadcast</c> have in common.</summary>
    /// <param name="at">The place of the port's operand; the entry, the payload and the options follow.</param>
    private static TrapKind TryMakeMessage(ScriptRun run, in ScriptInstruction i, int at, ReadOnlySpan<byte> payload,
        ref GasMeter gas, out VmMessage message)
    {
        message = default;
        long? timeout = null;
        TrapKind trap = run.TryGetName(i[at], mayBeEmpty: false, out string port);
        if (trap != TrapKind.None)
        {
            return trap;
        }
        trap = run.TryGetName(i[at + 1], mayBeEmpty: true, out string entry);
        if (trap != TrapKind.None)
        {
            return trap;
        }
        if (!run.TryGetSize(i[at + 3], MessageGasDefault, out long messageGas)
            || !run.TryGetSize(i[at + 4], 0, out long milliseconds))
        {
            return TrapKind.BadOperand;
        }
        if (i[at + 4] != ScriptInstruction.Absent)
        {
            timeout = milliseconds;
        }
        string[] ports = [];
        if (i.Op != ScriptOp.Broadcast)
        {
            trap = run.TryGetNames(i[at + 5], ref gas, out ports);
        }
        message = new VmMessage(port, entry, payload, messageGas) { Ports = ports, TimeoutMilliseconds = timeout };
        return trap;
    }
}
