using System.Globalization;

namespace Granary.Vms.Mcs51;

/// <summary>One machine of either variant: the fast loop, single steps between, and what the variant adds.</summary>
internal abstract class Mcs51Container : IVmContainer
{
    protected Mcs51Container(Mcs51Program program, Mcs51State state, Mcs51Peripherals? peripherals)
    {
        Program = program;
        State = state;
        Instructions = new Mcs51Instructions(state, program.Rom, program.Variant, peripherals);
    }

    public Mcs51State State { get; }

    protected Mcs51Program Program { get; }

    protected Mcs51Instructions Instructions { get; }

    /// <summary>Cycles or steps of the instruction at the program counter.</summary>
    protected long NextCost => Program.Variant == Mcs51Variant.Dacrs
        ? Mcs51Gas.Step
        : Mcs51Gas.Cycles(Instructions.CodeAt(State.Pc));

    /// <summary>The next instruction and the registers.</summary>
    public VmStep Look() => new(
        1, State.Pc, Mcs51Disassembler.Line(Program.Rom.Span, State.Pc), Mcs51Text.Registers(State, Program.Variant));

    public abstract void Enter(VmEntry entry);

    public abstract void Resume(VmAnswer answer);

    public abstract void Save(ISnapshotSink snapshot);

    public VmExit Run(ref GasMeter gas, IVmHost host)
    {
        if (Begin() is { } notRunning)
        {
            return notRunning;
        }
        while (true)
        {
            if (BetweenInstructions(ref gas, host) is { } exit)
            {
                return exit;
            }
            long spent = Mcs51Interpreter.Sprint(Program, State, Math.Min(gas.Allowance, StepsLeft));
            gas.Settle(spent);
            State.Clock += spent;
            if (BetweenInstructions(ref gas, host) is { } stopped)
            {
                return stopped;
            }
            if (gas.SliceOver)
            {
                return VmExit.SliceEnded.Instance;
            }
            long cost = NextCost;
            if (!gas.TryCharge(cost))
            {
                return Trap(TrapKind.OutOfGas);
            }
            Instructions.Step();
            State.Clock += cost;
            AfterStep();
        }
    }

    /// <summary>What a machine answers that is not running; null when it runs.</summary>
    protected abstract VmExit? Begin();

    /// <summary>What must be done before the next instruction; null when it may run.</summary>
    protected abstract VmExit? BetweenInstructions(ref GasMeter gas, IVmHost host);

    /// <summary>How far the fast loop may go at most.</summary>
    protected virtual long StepsLeft => long.MaxValue;

    protected virtual void AfterStep()
    {
    }

    protected VmExit.Trapped Trap(TrapKind kind, string what = "") => new(kind, Site(what));

    protected TrapSite Site(string what)
    {
        string at = string.Create(NumberFormatInfo.InvariantInfo, $"pc {State.Pc:x4}");
        return new TrapSite(what.Length == 0
            ? $"{at}, {Mcs51Disassembler.Mnemonic(Instructions.CodeAt(State.Pc))}"
            : $"{at}, {what}");
    }
}
