using System.Text;

namespace Granary.Vms.Script;

/// <summary>What an instruction may touch while it runs.</summary>
internal readonly ref struct ScriptRun(ScriptProgram program, ScriptState state)
{
    public ScriptProgram Program { get; } = program;

    public ScriptState State { get; } = state;

    /// <summary>The value of an operand: a variable's or a literal's.</summary>
    public ref readonly ScriptValue Value(int operand)
    {
        if (operand >= 0)
        {
            return ref State.Variables[operand];
        }
        return ref Program.Constants[~operand];
    }

    /// <summary>Sets a variable to bytes that came from the host.</summary>
    public TrapKind SetCopy(int slot, ReadOnlySpan<byte> value) =>
        State.TrySetCopy(slot, value) ? TrapKind.None : TrapKind.LimitExceeded;

    /// <summary>An operand that must be an integer of 0 or more; one that was left out has a default.</summary>
    public bool TryGetSize(int operand, long whenAbsent, out long size)
    {
        size = whenAbsent;
        if (operand == ScriptInstruction.Absent)
        {
            return true;
        }
        ref readonly ScriptValue value = ref Value(operand);
        size = value.Integer;
        return value.IsInteger && size >= 0;
    }

    /// <summary>An operand that must be a name of a port, an entry point, a topic or a timer.</summary>
    public TrapKind TryGetName(int operand, bool mayBeEmpty, out string name)
    {
        name = "";
        return Value(operand).Bytes is not { } bytes || (bytes.Length == 0 && !mayBeEmpty)
            ? TrapKind.BadOperand
            : TryReadName(bytes, out name);
    }

    /// <summary>An operand that must be names of ports with single spaces between them; none when left out.</summary>
    public TrapKind TryGetNames(int operand, ref GasMeter gas, out string[] names)
    {
        names = [];
        if (operand == ScriptInstruction.Absent)
        {
            return TrapKind.None;
        }
        if (Value(operand).Bytes is not { } bytes)
        {
            return TrapKind.BadOperand;
        }
        if (bytes.Length > VmMessage.PortsMax * (Program.Limits.NameBytesMax + 1L))
        {
            return TrapKind.LimitExceeded;
        }
        if (!gas.TryCharge(bytes.Length))
        {
            return TrapKind.OutOfGas;
        }
        if (bytes.Length == 0)
        {
            return TrapKind.None;
        }
        ReadOnlySpan<byte> list = bytes;
        int count = list.Count((byte)' ') + 1;
        if (count > VmMessage.PortsMax)
        {
            return TrapKind.LimitExceeded;
        }
        names = new string[count];
        int next = 0;
        foreach (Range range in list.Split((byte)' '))
        {
            TrapKind trap = list[range].IsEmpty ? TrapKind.BadOperand : TryReadName(list[range], out names[next]);
            if (trap != TrapKind.None)
            {
                return trap;
            }
            next++;
        }
        return TrapKind.None;
    }

    /// <summary>Ends a host call whose failure the program is told in <c>ok</c> and <c>status</c>.</summary>
    public TrapKind Tell(HostStatus status)
    {
        TrapKind trap = TrapOf(status);
        if (trap == TrapKind.None)
        {
            State.SetStatus((byte)status);
        }
        return trap;
    }

    /// <summary>The trap of a status that ends the message.</summary>
    public static TrapKind TrapOf(HostStatus status) => status switch
    {
        HostStatus.OutOfGas => TrapKind.OutOfGas,
        HostStatus.LimitExceeded => TrapKind.LimitExceeded,
        _ => TrapKind.None,
    };

    private TrapKind TryReadName(ReadOnlySpan<byte> bytes, out string name)
    {
        name = "";
        if (bytes.Length > Program.Limits.NameBytesMax)
        {
            return TrapKind.LimitExceeded;
        }
        foreach (byte b in bytes)
        {
            if (!ScriptNames.IsNameByte(b))
            {
                return TrapKind.BadOperand;
            }
        }
        name = Encoding.ASCII.GetString(bytes);
        return TrapKind.None;
    }
}
