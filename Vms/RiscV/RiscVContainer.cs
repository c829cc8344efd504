using System.Text;

namespace Granary.Vms.RiscV;

/// <summary>One running machine: a program and the processes that it spawned.</summary>
internal sealed class RiscVContainer(RiscVProgram program, RiscVState state) : IVmContainer
{
    /// <summary>The state, for traces and tests.</summary>
    internal RiscVState State => state;

    public void Enter(VmEntry entry)
    {
        if (program.Profile.IsActor)
        {
            EnterActor(entry);
            return;
        }
        state.Clear();
        state.Cycles = 0;
        state.Message = entry;
        if (entry.Name is not ("" or RiscVProgram.MainEntry or RiscVProgram.ArgumentsEntry))
        {
            state.Phase = RiscVPhase.UnknownEntry;
            return;
        }
        RiscVHart hart = program.Image.Start();
        IReadOnlyList<ReadOnlyMemory<byte>> arguments =
            entry.Name == RiscVProgram.ArgumentsEntry ? SplitArguments(entry.Payload) : [];
        long stackBytes = RiscVStack.Fill(hart, arguments);
        if (stackBytes < 0)
        {
            state.Phase = RiscVPhase.ArgumentsTooLong;
            return;
        }
        state.LoadCycles = RiscVGas.Bytes(program.Image.LoadedBytes + stackBytes);
        state.Processes.Add(new RiscVProcess(state.NextProcess++, hart));
        state.Phase = RiscVPhase.Loaded;
    }

    public void Resume(VmAnswer answer)
    {
        if (state.Phase == RiscVPhase.Waiting && RiscVImports.TryResume(state, answer))
        {
            state.Phase = RiscVPhase.Running;
        }
    }

    public VmExit Run(ref GasMeter gas, IVmHost host)
    {
        switch (state.Phase)
        {
            case RiscVPhase.Idle:
                return VmExit.Halted.Empty;
            case RiscVPhase.UnknownEntry:
                return Trap(TrapKind.NoSuchEntry, new TrapSite($"entry {EntryForPeople()}"));
            case RiscVPhase.ArgumentsTooLong:
                return Trap(TrapKind.StackOverflow, new TrapSite("arguments, MemOutOfStack"));
            case RiscVPhase.Loaded when gas.SliceOver:
                return VmExit.SliceEnded.Instance;
            case RiscVPhase.Loaded:
                if (!gas.TryCharge(state.LoadCycles))
                {
                    return Trap(TrapKind.OutOfGas, new TrapSite("loading"));
                }
                state.Cycles = (ulong)state.LoadCycles;
                state.Phase = RiscVPhase.Running;
                break;
            case RiscVPhase.Waiting when RiscVImports.RequestOf(state.Processes[0].Hart) is { } request:
                // Asked before, and paid for.
                return new VmExit.Suspended(request);
            case RiscVPhase.Waiting:
                // Only a snapshot that no machine wrote waits for nothing.
                state.Phase = RiscVPhase.Running;
                break;
        }
        return RunProcesses(ref gas, host);
    }

    public void Save(ISnapshotSink snapshot) => RiscVSnapshot.Save(state, program, snapshot);

    /// <summary>
    /// A program that waits for a message gets it; any other is started afresh: what it was doing is abandoned, and
    /// there is no way into the middle of it.
    /// </summary>
    private void EnterActor(VmEntry entry)
    {
        if (state.Phase == RiscVPhase.Waiting && RiscVImports.TryResume(state, new VmAnswer.Received(entry)))
        {
            state.Phase = RiscVPhase.Running;
            return;
        }
        state.Clear();
        state.Cycles = 0;
        state.Message = entry;
        state.LoadCycles = RiscVGas.Bytes(program.Image.LoadedBytes) + RiscVGas.Zeroed(program.Image.MemoryBytes);
        state.Processes.Add(new RiscVProcess(state.NextProcess++, program.Image.Start()));
        state.Phase = RiscVPhase.Loaded;
    }

    private VmExit RunProcesses(ref GasMeter gas, IVmHost host)
    {
        while (true)
        {
            RiscVCall scheduling = new(state, program, state.Processes[0], host, ref gas);
            RiscVProcess? process = RiscVScheduler.Next(ref scheduling, out RiscVOutcome outcome);
            if (process is null)
            {
                return End(scheduling, outcome)!;
            }
            VmExit? exit = RiscVRunner.Run(state, process.Hart, ref gas);
            if (exit is VmExit.Trapped trap)
            {
                return Trap(trap.Kind, trap.Site);
            }
            RiscVCall call = new(state, program, process, host, ref gas);
            exit ??= End(
                call, program.Profile.IsActor ? RiscVImports.Call(ref call) : RiscVCkbCalls.Call(ref call));
            if (exit is not null)
            {
                return exit;
            }
        }
    }

    /// <summary>Ends a call; null when the machine goes on.</summary>
    private VmExit? End(RiscVCall call, RiscVOutcome outcome)
    {
        RiscVHart hart = call.Hart;
        if (outcome == RiscVOutcome.Exit)
        {
            byte code = (byte)hart.X[RiscVHart.A0];
            if (call.Process.Id == 0)
            {
                return End((sbyte)code);
            }
            outcome = RiscVScheduler.End(ref call, code);
        }
        switch (outcome)
        {
            case RiscVOutcome.Done or RiscVOutcome.Yield:
                hart.Pc += RiscVRunner.EcallBytes;
                return null;
            case RiscVOutcome.Replaced:
                return null;
            case RiscVOutcome.Suspend:
                state.Phase = RiscVPhase.Waiting;
                return new VmExit.Suspended(RiscVImports.RequestOf(hart)!);
            case RiscVOutcome.Halt or RiscVOutcome.Revert:
                ReadOnlyMemory<byte> output = state.Reply;
                state.Clear();
                return outcome == RiscVOutcome.Halt ? new VmExit.Halted(output) : new VmExit.Reverted(output);
            case RiscVOutcome.OutOfGas:
                return Trap(TrapKind.OutOfGas, RiscVRunner.SiteOf(hart));
            case RiscVOutcome.LimitExceeded:
                return Trap(TrapKind.LimitExceeded, RiscVRunner.SiteOf(hart));
            default:
                VmExit.Trapped trap = RiscVRunner.TrapOf(hart);
                return Trap(trap.Kind, trap.Site);
        }
    }

    /// <summary>Code 0 is a success; any other means that the program refuses, and is given as text.</summary>
    private VmExit End(sbyte code)
    {
        state.Clear();
        return code == 0 ? VmExit.Halted.Empty : new VmExit.Reverted(Encoding.ASCII.GetBytes($"exit {code}"));
    }

    private VmExit.Trapped Trap(TrapKind kind, TrapSite site)
    {
        state.Clear();
        return new VmExit.Trapped(kind, site);
    }

    private static List<ReadOnlyMemory<byte>> SplitArguments(ReadOnlyMemory<byte> payload)
    {
        List<ReadOnlyMemory<byte>> arguments = [];
        while (!payload.IsEmpty)
        {
            int length = payload.Span.IndexOf((byte)0);
            length = length < 0 ? payload.Length : length;
            arguments.Add(payload[..length]);
            payload = payload[Math.Min(length + 1, payload.Length)..];
        }
        return arguments;
    }

    private string EntryForPeople()
    {
        string name = state.Message.Name;
        StringBuilder text = new();
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, program.Limits.NameBytesMax)))
        {
            text.Append(c is > ' ' and <= '~' ? c : '?');
        }
        return text.ToString();
    }
}
