namespace Granary.Vms.RiscV;

/// <summary>
/// Decides which process runs: as in CKB, data moves through pipes first, then the runnable process with the highest
/// number runs until it ends or makes a call that yields. Nothing here depends on how a run is cut.
/// </summary>
internal static class RiscVScheduler
{
    /// <summary>Processes that the reference keeps in memory.</summary>
    private const int InstantiatedMax = 4;

    /// <summary>Cycles of putting a process aside, and of bringing it back.</summary>
    private const long SwapCycles = 100_000;

    /// <summary>The process to run next, ready to run; null when the outcome says why there is none.</summary>
    public static RiscVProcess? Next(ref RiscVCall call, out RiscVOutcome outcome)
    {
        RiscVState state = call.State;
        outcome = RiscVOutcome.Done;
        if (state.Processes is [{ Wait: RiscVWait.None } only])
        {
            return only;
        }
        outcome = MoveData(ref call);
        if (outcome != RiscVOutcome.Done)
        {
            return null;
        }
        RiscVProcess? next = state.Processes.FindLast(p => p.Wait == RiscVWait.None);
        if (next is null)
        {
            outcome = call.Fail(RiscVFault.Deadlock, (ulong)state.Processes.Count);
            return null;
        }
        outcome = TryInstantiate(ref call, next, next) ? RiscVOutcome.Done : RiscVOutcome.OutOfGas;
        return outcome == RiscVOutcome.Done ? next : null;
    }

    /// <summary>A process has ended: who waits for it goes on, its pipes close.</summary>
    public static RiscVOutcome End(ref RiscVCall call, byte code)
    {
        RiscVState state = call.State;
        RiscVProcess ended = call.Process;
        state.Ended[ended.Id] = code;
        if (state.Ended.Count > RiscVSnapshot.EndedMax)
        {
            state.Ended.Remove(state.Ended.First().Key);
        }
        foreach (RiscVProcess process in state.Processes)
        {
            if (process.Wait != RiscVWait.Process || process.Target != ended.Id)
            {
                continue;
            }
            if (!TryInstantiate(ref call, process, process))
            {
                return RiscVOutcome.OutOfGas;
            }
            RiscVFault fault = process.Hart.Memory.TryWrite(process.Answer, [code]);
            if (fault != RiscVFault.None)
            {
                return call.Fail(fault, process.Answer);
            }
            Finish(process);
        }
        state.Processes.Remove(ended);
        foreach (ulong end in state.Pipes.Where(p => p.Value == ended.Id).Select(p => p.Key).ToArray())
        {
            state.Pipes.Remove(end);
        }
        return RiscVOutcome.Done;
    }

    /// <summary>Puts processes aside until a new one fits.</summary>
    public static bool TryMakeRoom(ref RiscVCall call)
    {
        while (call.State.Processes.FindAll(p => p.IsInstantiated) is { Count: >= InstantiatedMax } instantiated)
        {
            if (!call.TryCharge(SwapCycles))
            {
                return false;
            }
            instantiated[0].IsInstantiated = false;
        }
        return true;
    }

    private static RiscVOutcome MoveData(ref RiscVCall call)
    {
        RiscVState state = call.State;
        // Who reads what is fixed before anything moves: a reader is served once.
        RiscVProcess[] readers = [.. state.Processes.Where(p => p.Wait == RiscVWait.Read && IsOpen(state, p))];
        RiscVProcess[] writers = [.. state.Processes.Where(p => p.Wait == RiscVWait.Write && IsOpen(state, p))];
        foreach (RiscVProcess process in (RiscVProcess[])
            [.. Closed(state, RiscVWait.Read), .. Closed(state, RiscVWait.Write)])
        {
            if (!TryInstantiate(ref call, process, process))
            {
                return RiscVOutcome.OutOfGas;
            }
            ulong moved = process.Wait == RiscVWait.Read ? 0 : process.Done;
            if (!TryAnswer(process, moved, out RiscVFault fault))
            {
                return call.Fail(fault, process.Answer);
            }
        }
        foreach (RiscVProcess writer in writers)
        {
            RiscVProcess? reader = Array.Find(readers, r => r.Target == RiscVPipes.Other(writer.Target));
            RiscVOutcome outcome = reader is null ? RiscVOutcome.Done : MoveData(ref call, reader, writer);
            if (outcome != RiscVOutcome.Done)
            {
                return outcome;
            }
        }
        return RiscVOutcome.Done;
    }

    private static RiscVOutcome MoveData(ref RiscVCall call, RiscVProcess reader, RiscVProcess writer)
    {
        ulong count = Math.Min(reader.Length, writer.Length - writer.Done);
        long cycles = RiscVGas.Bytes((long)Math.Min(count, (ulong)RiscVProfile.CkbMemoryBytes));
        if (!TryInstantiate(ref call, reader, writer) || !call.TryCharge(2 * cycles))
        {
            return RiscVOutcome.OutOfGas;
        }
        ulong from = writer.Buffer + writer.Done;
        if (!writer.Hart.Memory.TryRead(from, count, out ReadOnlySpan<byte> data))
        {
            return call.Fail(RiscVFault.MemOutOfBound, from);
        }
        RiscVFault fault = reader.Hart.Memory.TryWrite(reader.Buffer, data);
        if (fault != RiscVFault.None)
        {
            return call.Fail(fault, reader.Buffer);
        }
        writer.Done += count;
        // A read ends as soon as there is anything, a write when all is written.
        bool answered = TryAnswer(reader, count, out fault)
            && (writer.Done < writer.Length || TryAnswer(writer, writer.Length, out fault));
        return answered ? RiscVOutcome.Done : call.Fail(fault, reader.Answer);
    }

    private static bool IsOpen(RiscVState state, RiscVProcess process) =>
        state.Pipes.ContainsKey(RiscVPipes.Other(process.Target));

    private static List<RiscVProcess> Closed(RiscVState state, RiscVWait wait) =>
        state.Processes.FindAll(p => p.Wait == wait && !IsOpen(state, p));

    private static bool TryAnswer(RiscVProcess process, ulong moved, out RiscVFault fault)
    {
        fault = process.Hart.Memory.TryWriteUInt64(process.Answer, moved);
        if (fault == RiscVFault.None)
        {
            Finish(process);
        }
        return fault == RiscVFault.None;
    }

    /// <summary>The call that the process waited in has succeeded.</summary>
    private static void Finish(RiscVProcess process)
    {
        process.Wait = RiscVWait.None;
        process.Hart.X[RiscVHart.A0] = 0;
    }

    /// <summary>Brings one process or two back, putting the lowest others aside as the reference does.</summary>
    public static bool TryInstantiate(ref RiscVCall call, RiscVProcess first, RiscVProcess second)
    {
        foreach (RiscVProcess process in (RiscVProcess[])[second, first])
        {
            if (process.IsInstantiated)
            {
                continue;
            }
            List<RiscVProcess> instantiated = call.State.Processes.FindAll(p => p.IsInstantiated);
            if (instantiated.Count >= InstantiatedMax)
            {
                if (!call.TryCharge(SwapCycles))
                {
                    return false;
                }
                instantiated.Find(p => p != first && p != second)!.IsInstantiated = false;
            }
            if (!call.TryCharge(SwapCycles))
            {
                return false;
            }
            process.IsInstantiated = true;
        }
        return true;
    }
}
