using System.Diagnostics;
using System.Globalization;

namespace Granary.Vms.Mova;

/// <summary>A machine: its stack, its instruction pointer, and the instructions that need the host.</summary>
internal sealed class MovaContainer : IVmContainer
{
    private const int StackSlotsFirst = 8;
    private const int NumberLineBytesMax = 12; // "-2147483648" and the line end

    private readonly MovaProgram _program;
    private int[] _stack;
    private int _stackSlots;
    private uint _ip;
    private string? _refusedEntry;

    public MovaContainer(MovaProgram program, MovaState state, string? refusedEntry)
    {
        _program = program;
        _stackSlots = state.Stack.Length;
        _stack = new int[Math.Max(_stackSlots, Math.Min(StackSlotsFirst, program.StackSlotsMax))];
        state.Stack.Span.CopyTo(_stack);
        _ip = state.InstructionPointer;
        _refusedEntry = refusedEntry;
    }

    /// <summary>A machine that has ended starts afresh; any other goes on where it is.</summary>
    public void Enter(VmEntry entry)
    {
        if (entry.Name is not ("" or MovaProgram.StartEntry))
        {
            _refusedEntry = MovaSnapshot.CleanEntryName(entry.Name);
            return;
        }
        _refusedEntry = null;
        if (_ip >= (uint)_program.Instructions.Length)
        {
            _ip = 0;
            _stackSlots = 0;
        }
    }

    /// <remarks>SLEEP is over when it suspends, so nothing is left to do but to go on.</remarks>
    public void Resume(VmAnswer answer)
    {
    }

    public VmExit Run(ref GasMeter gas, IVmHost host)
    {
        if (_refusedEntry is not null)
        {
            return new VmExit.Trapped(TrapKind.NoSuchEntry, new TrapSite($"entry {_refusedEntry}"));
        }
        while (true)
        {
            gas.Settle(MovaInterpreter.Sprint(
                _program.Instructions, _stack, gas.Allowance, ref _ip, ref _stackSlots));
            if (Step(ref gas, host) is { } exit)
            {
                return exit;
            }
        }
    }

    public void Save(ISnapshotSink snapshot) =>
        MovaSnapshot.Write(snapshot, _stack.AsSpan(0, _stackSlots), _ip, _refusedEntry);

    /// <summary>The next instruction and the stack, lowest item first; null behind the last instruction.</summary>
    public VmStep? Look() => _ip >= (uint)_program.Instructions.Length
        ? null
        : new VmStep(
            1, _ip, MovaDisassembler.Words(_program.Instructions[_ip]),
            [new("stack", string.Join(' ', _stack[.._stackSlots]))]);

    /// <summary>Deals with what the fast loop stopped at; null when the machine may go on.</summary>
    /// <remarks>
    /// The machine's rules come before its gas and its gas before any effect, here and in the fast loop, so that a run
    /// ends in the same way however it is cut.
    /// </remarks>
    private VmExit? Step(ref GasMeter gas, IVmHost host)
    {
        if (_ip >= (uint)_program.Instructions.Length)
        {
            return VmExit.Halted.Empty;
        }
        MovaInstruction next = _program.Instructions[_ip];
        if (BrokenRule(next) is var broken and not TrapKind.None)
        {
            return Trap(broken, next);
        }
        if (gas.SliceOver)
        {
            return VmExit.SliceEnded.Instance;
        }
        if (gas.MessageLeft < MovaGas.Step)
        {
            return Trap(TrapKind.OutOfGas, next);
        }
        switch (next.Op)
        {
            case MovaOp.Print:
                return Print(next, ref gas, host);
            case MovaOp.Sleep:
                return Sleep(next, ref gas);
            case MovaOp.Put:
                // Only a full array stops the fast loop at a PUT that the rules and the gas allow.
                Array.Resize(ref _stack, Math.Min(_stack.Length * 2, _program.StackSlotsMax));
                return null;
            default:
                throw new UnreachableException();
        }
    }

    private TrapKind BrokenRule(MovaInstruction next)
    {
        if (!MovaOpcodes.IsDefined(next.Op))
        {
            return TrapKind.UndefinedInstruction;
        }
        MovaOpInfo info = MovaOpcodes.Info(next.Op);
        if (_stackSlots < info.Needs)
        {
            return TrapKind.StackUnderflow;
        }
        return _stackSlots + info.Change > _program.StackSlotsMax ? TrapKind.StackOverflow : TrapKind.None;
    }

    private VmExit.Trapped? Print(MovaInstruction next, ref GasMeter gas, IVmHost host)
    {
        Span<byte> text = stackalloc byte[NumberLineBytesMax];
        _stack[_stackSlots - 1].TryFormat(text, out int length, default, NumberFormatInfo.InvariantInfo);
        text[length++] = (byte)'\n';
        // The host charges its part itself; asking first keeps a PRINT that is not covered whole from being half paid.
        if (gas.MessageLeft < MovaGas.Print(length))
        {
            return Trap(TrapKind.OutOfGas, next);
        }
        HostStatus status = host.Print(text[..length], ref gas);
        if (status == HostStatus.LimitExceeded)
        {
            return Trap(TrapKind.LimitExceeded, next);
        }
        if (status != HostStatus.Ok || !gas.TryCharge(MovaGas.Step))
        {
            return Trap(TrapKind.OutOfGas, next);
        }
        _ip++;
        return null;
    }

    private VmExit Sleep(MovaInstruction next, ref GasMeter gas)
    {
        if (!gas.TryCharge(MovaGas.Sleep(_stackSlots)))
        {
            return Trap(TrapKind.OutOfGas, next);
        }
        _ip++;
        return new VmExit.Suspended(new HostRequest.Sleep(next.Operand));
    }

    private VmExit.Trapped Trap(TrapKind kind, MovaInstruction at)
    {
        string name = MovaOpcodes.IsDefined(at.Op) ? MovaOpcodes.Info(at.Op).Name : $"opcode 0x{(byte)at.Op:x2}";
        return new VmExit.Trapped(kind, new TrapSite($"ip {_ip}, {name}"));
    }
}
