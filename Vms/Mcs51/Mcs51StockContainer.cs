using System.Runtime.InteropServices;

namespace Granary.Vms.Mcs51;

/// <summary>
/// A stock 8051 with its timers and its serial port: bytes sent are output, messages are bytes received.
/// </summary>
internal sealed class Mcs51StockContainer : Mcs51Container
{
    private readonly Mcs51Timers _timers;
    private readonly Mcs51Serial _serial;
    private Mcs51Phase _phase;
    private string _refusedEntry;

    public Mcs51StockContainer(
        Mcs51Program program, Mcs51State state, Mcs51Timers timers, Mcs51Serial serial, Mcs51Phase phase,
        string refusedEntry)
        : base(program, state, new Mcs51Peripherals(state, timers, serial))
    {
        _timers = timers;
        _serial = serial;
        _phase = phase;
        _refusedEntry = refusedEntry;
    }

    /// <summary>A machine that is switched off.</summary>
    public static Mcs51StockContainer Start(Mcs51Program program)
    {
        Mcs51State state = new();
        Mcs51Timers timers = new(state);
        return new Mcs51StockContainer(program, state, timers, new Mcs51Serial(state, timers), Mcs51Phase.Off, "");
    }

    public override void Enter(VmEntry entry) => Take(entry);

    public override void Resume(VmAnswer answer)
    {
        if (_phase == Mcs51Phase.Waiting && answer is VmAnswer.Received received)
        {
            Take(received.Message);
        }
    }

    public override void Save(ISnapshotSink snapshot) =>
        Mcs51Snapshot.Write(snapshot, State, _timers, _serial, _phase, _refusedEntry);

    protected override VmExit? Begin() => _phase switch
    {
        Mcs51Phase.Off => VmExit.Halted.Empty,
        Mcs51Phase.Waiting => Wait(),
        Mcs51Phase.UnknownEntry => new VmExit.Trapped(TrapKind.NoSuchEntry, new TrapSite($"entry {_refusedEntry}")),
        Mcs51Phase.TooMuchInput => Trap(TrapKind.LimitExceeded, "serial input"),
        _ => null,
    };

    protected override VmExit? BetweenInstructions(ref GasMeter gas, IVmHost host)
    {
        byte power = State.Chip[Mcs51Registers.Pcon];
        bool isOver = (power & Mcs51Registers.PconPowerDown) != 0 || IsAtItsEnd;
        bool isWaiting = !isOver && ((power & Mcs51Registers.PconIdle) != 0 || IsStarved);
        if (!_serial.HasLine && !isOver && !isWaiting)
        {
            SkipSending(ref gas);
            return null;
        }
        if (gas.SliceOver)
        {
            return VmExit.SliceEnded.Instance;
        }
        if (_serial.HasLine && PrintLine(ref gas, host) is { } trap)
        {
            return trap;
        }
        return isOver ? End(ref gas, host) : isWaiting ? BeginWait(ref gas, host) : null;
    }

    private void Take(VmEntry entry)
    {
        if (entry.Name is not ("" or Mcs51Program.SerialEntry or Mcs51Program.ResetEntry))
        {
            _phase = Mcs51Phase.UnknownEntry;
            _refusedEntry = Mcs51Snapshot.CleanEntryName(entry.Name);
            return;
        }
        _refusedEntry = "";
        bool isOff = _phase == Mcs51Phase.Off;
        if (isOff)
        {
            State.PowerUp();
        }
        else if (entry.Name == Mcs51Program.ResetEntry)
        {
            State.Reset();
        }
        if (isOff || entry.Name == Mcs51Program.ResetEntry)
        {
            _timers.SyncedAt = 0;
            _serial.Clear();
        }
        _serial.Reply.Clear();
        State.Chip[Mcs51Registers.Pcon] &= 0xFF & ~Mcs51Registers.PconIdle;
        _phase = _serial.TryReceive(entry.Payload.Span) ? Mcs51Phase.Running : Mcs51Phase.TooMuchInput;
    }

    // A jump to itself: without interrupts nothing ever leads out of it.
    private bool IsAtItsEnd
    {
        get
        {
            Mcs51Instruction[] code = Program.Instructions;
            return State.Pc < code.Length && code[State.Pc].Target == State.Pc
                && code[State.Pc].Op == Mcs51FastOp.Slow && IsJump(Instructions.CodeAt(State.Pc));
        }
    }

    private static bool IsJump(byte opcode) =>
        Mcs51Opcodes.Info(opcode).Mnemonic is Mcs51Mnemonic.Sjmp or Mcs51Mnemonic.Ajmp or Mcs51Mnemonic.Ljmp;

    // A wait for RI with nothing to come: only a message leads out of it.
    private bool IsStarved
    {
        get
        {
            if (TurnOfWait(Mcs51Registers.SconRi) == 0)
            {
                return false;
            }
            _timers.Sync();
            _serial.Sync();
            return _serial.IsStarved;
        }
    }

    /// <summary>The cycles of one turn of a loop that does nothing but wait for a bit of SCON; 0 else.</summary>
    /// <remarks>Compilers write it as <c>JNB bit,$</c>, or as <c>JBC bit,out</c> with a jump back behind it.</remarks>
    private long TurnOfWait(byte sconBit)
    {
        Mcs51Instruction[] code = Program.Instructions;
        if (State.Pc >= code.Length)
        {
            return 0;
        }
        Mcs51Instruction wait = code[State.Pc];
        if (wait.Op != Mcs51FastOp.Slow || wait.A != Mcs51Registers.Scon || wait.B != sconBit)
        {
            return 0;
        }
        switch (Mcs51Opcodes.Info(Instructions.CodeAt(State.Pc)).Mnemonic)
        {
            case Mcs51Mnemonic.Jnb when wait.Target == State.Pc:
                return wait.Cost;
            case Mcs51Mnemonic.Jbc when wait.Next < code.Length:
                Mcs51Instruction back = code[wait.Next];
                return back.Op == Mcs51FastOp.Jump && back.Target == State.Pc ? wait.Cost + back.Cost : 0;
            default:
                return 0;
        }
    }

    // A wait for TI while a byte goes out: the turns of the loop are counted, not run.
    private void SkipSending(ref GasMeter gas)
    {
        if (!_serial.IsSending || _serial.SentAt == Mcs51Serial.Never
            || (State.Chip[Mcs51Registers.Scon] & Mcs51Registers.SconTi) != 0)
        {
            return;
        }
        long cost = TurnOfWait(Mcs51Registers.SconTi);
        if (cost == 0)
        {
            return;
        }
        long turns = Math.Min((_serial.SentAt - State.Clock + cost - 1) / cost, gas.Allowance / cost);
        if (turns > 0)
        {
            gas.Settle(turns * cost);
            State.Clock += turns * cost;
        }
    }

    private VmExit.Trapped? PrintLine(ref GasMeter gas, IVmHost host)
    {
        switch (host.Print(CollectionsMarshal.AsSpan(_serial.Line), ref gas))
        {
            case HostStatus.Ok:
                _serial.Line.Clear();
                return null;
            case HostStatus.LimitExceeded:
                return Trap(TrapKind.LimitExceeded, "serial output");
            default:
                return Trap(TrapKind.OutOfGas, "serial output");
        }
    }

    private VmExit End(ref GasMeter gas, IVmHost host)
    {
        if (_serial.Line.Count > 0 && PrintLine(ref gas, host) is { } trap)
        {
            return trap;
        }
        _phase = Mcs51Phase.Off;
        return new VmExit.Halted(_serial.Reply.ToArray());
    }

    private VmExit BeginWait(ref GasMeter gas, IVmHost host)
    {
        // All of it or nothing, so that a wait that is not covered is not half paid.
        if (gas.MessageLeft < Mcs51Gas.Wait(_serial.Line.Count, _serial.Reply.Count))
        {
            return Trap(TrapKind.OutOfGas, "wait for input");
        }
        if (_serial.Line.Count > 0 && PrintLine(ref gas, host) is { } trap)
        {
            return trap;
        }
        if (_serial.Reply.Count > 0)
        {
            switch (host.Reply(CollectionsMarshal.AsSpan(_serial.Reply), [], ref gas))
            {
                case HostStatus.LimitExceeded:
                    return Trap(TrapKind.LimitExceeded, "reply");
                case HostStatus.OutOfGas:
                    return Trap(TrapKind.OutOfGas, "reply");
            }
            _serial.Reply.Clear();
        }
        if (!gas.TryCharge(Mcs51Gas.Wait(0, 0)))
        {
            return Trap(TrapKind.OutOfGas, "wait for input");
        }
        _phase = Mcs51Phase.Waiting;
        return Wait();
    }

    private static VmExit.Suspended Wait() => new(new HostRequest.Receive(null));
}
