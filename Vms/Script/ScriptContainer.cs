using System.Text;

namespace Granary.Vms.Script;

/// <summary>One running machine.</summary>
internal sealed class ScriptContainer(ScriptProgram program, ScriptState state) : IVmContainer
{
    /// <summary>The next instruction, by its line, and the variables that it names.</summary>
    public VmStep? Look() => state.Phase == ScriptPhase.Running
        ? new VmStep(
            1, program.Instructions[state.Pc].Line, ScriptDisassembler.Instruction(program, state.Pc),
            ScriptSnapshot.DescribeOperands(program, state))
        : null;

    public void Enter(VmEntry entry)
    {
        state.Clear();
        if (!program.TryFindHandler(entry.Name, out ScriptHandler handler))
        {
            // Kept for the trap's site, which needs no more of it than a name may have.
            string name = entry.Name[..Math.Min(entry.Name.Length, program.Limits.NameBytesMax)];
            state.TrySetCopy(ScriptNames.EntrySlot, Encoding.UTF8.GetBytes(name));
            state.Phase = ScriptPhase.UnknownEntry;
            return;
        }
        state.Pc = handler.Start;
        state.Phase = TrySetMessage(entry with { Name = handler.Name })
            ? ScriptPhase.Running
            : ScriptPhase.EntryTooLarge;
    }

    /// <remarks>An answer to something else leaves the machine waiting: the next run asks again.</remarks>
    public void Resume(VmAnswer answer)
    {
        if (state.Phase != ScriptPhase.Waiting)
        {
            return;
        }
        ref readonly ScriptInstruction instruction = ref program.Instructions[state.Pc];
        bool fits;
        switch (instruction.Op, answer)
        {
            case (ScriptOp.Sleep, VmAnswer.Slept):
                fits = true;
                break;
            case (ScriptOp.Receive, VmAnswer.TimedOut):
                state.SetStatus((byte)HostStatus.NotFound);
                fits = true;
                break;
            case (ScriptOp.Receive, VmAnswer.Received received):
                VmEntry message = received.Message;
                fits = TrySetMessage(message.Name.Length == 0
                    ? message with { Name = program.EntryPoints[0] }
                    : message);
                state.SetStatus((byte)HostStatus.Ok);
                break;
            case (ScriptOp.Await, VmAnswer.Replied replied):
                // The status comes first: it may free what the payload needs, and the variable may be the status.
                state.SetStatus((byte)replied.Status);
                fits = state.TrySetCopy(instruction.A, replied.Payload.Span);
                break;
            default:
                return;
        }
        state.Phase = fits ? ScriptPhase.Running : ScriptPhase.AnswerTooLarge;
        state.Pc += fits ? 1 : 0;
    }

    public VmExit Run(ref GasMeter gas, IVmHost host) => state.Phase switch
    {
        ScriptPhase.Idle => VmExit.Halted.Empty,
        ScriptPhase.Running => ScriptInterpreter.Run(program, state, host, ref gas),
        ScriptPhase.Waiting => Ask(),
        ScriptPhase.UnknownEntry => Trap(TrapKind.NoSuchEntry, EntrySite()),
        ScriptPhase.EntryTooLarge => Trap(TrapKind.LimitExceeded, EntrySite()),
        ScriptPhase.AnswerTooLarge => Trap(TrapKind.LimitExceeded, program.Instructions[state.Pc].Site),
        _ => throw new InvalidOperationException($"Phase {state.Phase} is none that is ever set."),
    };

    public void Save(ISnapshotSink snapshot) => ScriptSnapshot.Save(state, snapshot);

    /// <summary>What a machine restored in the middle of its wait waits for.</summary>
    private VmExit Ask()
    {
        ref readonly ScriptInstruction instruction = ref program.Instructions[state.Pc];
        return ScriptSuspensions.TryMakeRequest(program, state, instruction, out HostRequest? request)
            ? new VmExit.Suspended(request)
            : Trap(TrapKind.BadOperand, instruction.Site);
    }

    private VmExit.Trapped Trap(TrapKind kind, TrapSite site)
    {
        state.Clear();
        return new VmExit.Trapped(kind, site);
    }

    private TrapSite EntrySite()
    {
        StringBuilder text = new("entry ");
        ScriptDisassembler.AppendLiteral(text, state.Variables[ScriptNames.EntrySlot].ToText());
        return new TrapSite(text.ToString());
    }

    private bool TrySetMessage(VmEntry message) =>
        state.TrySetCopy(ScriptNames.EntrySlot, Encoding.UTF8.GetBytes(message.Name))
        && state.TrySetCopy(ScriptNames.SenderSlot, Encoding.UTF8.GetBytes(message.Sender))
        && state.TrySetCopy(ScriptNames.PayloadSlot, message.Payload.Span);
}
