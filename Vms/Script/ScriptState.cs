namespace Granary.Vms.Script;

/// <summary>What a machine is doing. Stored in snapshots: numbers never change.</summary>
internal enum ScriptPhase : byte
{
    /// <summary>No message is being handled; nothing is kept.</summary>
    Idle = 0,

    /// <summary>The instruction at the program counter comes next.</summary>
    Running = 1,

    /// <summary>The instruction at the program counter waits for its answer.</summary>
    Waiting = 2,

    /// <summary>The message names no handler: the next run traps.</summary>
    UnknownEntry = 3,

    /// <summary>The message does not fit into the variables: the next run traps.</summary>
    EntryTooLarge = 4,

    /// <summary>The answer waited for does not fit into the variables: the next run traps.</summary>
    AnswerTooLarge = 5,
}

/// <summary>Exactly what is saved: phase, program counter and variables.</summary>
internal sealed class ScriptState(ScriptProgram program)
{
    private readonly int _valueBytesMax = program.Limits.ValueBytesMax;
    private readonly int _heldBytesMax = program.HeldBytesMax;
    private long _held;

    public ScriptPhase Phase { get; set; }

    /// <summary>The place of the instruction that comes next, or that waits.</summary>
    public int Pc { get; set; }

    /// <summary>By slot. Written only through the methods here, which count the bytes.</summary>
    public ScriptValue[] Variables { get; } = new ScriptValue[program.Variables.Length];

    public void SetInteger(int slot, long value)
    {
        _held -= Variables[slot].BytesHeld;
        Variables[slot] = new ScriptValue(value);
    }

    /// <summary>Sets a variable, or does nothing and says no when a limit would be passed.</summary>
    public bool TrySet(int slot, ScriptValue value)
    {
        long held = _held - Variables[slot].BytesHeld + value.BytesHeld;
        if (value.BytesHeld > _valueBytesMax || held > _heldBytesMax)
        {
            return false;
        }
        _held = held;
        Variables[slot] = value;
        return true;
    }

    /// <summary>As <see cref="TrySet"/>, but looks at the size before it copies.</summary>
    public bool TrySetCopy(int slot, ReadOnlySpan<byte> value)
    {
        long held = _held - Variables[slot].BytesHeld + value.Length;
        return value.Length <= _valueBytesMax && held <= _heldBytesMax
            && TrySet(slot, value.IsEmpty ? ScriptValue.Empty : new ScriptValue(value.ToArray()));
    }

    /// <summary>Tells the program how something went: <c>ok</c> is 1 when the status is 0.</summary>
    public void SetStatus(byte status)
    {
        SetInteger(ScriptNames.OkSlot, status == 0 ? 1 : 0);
        SetInteger(ScriptNames.StatusSlot, status);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Phase = ScriptPhase.Idle;
        Pc = 0;
        _held = 0;
        Array.Clear(Variables);
    }
}
