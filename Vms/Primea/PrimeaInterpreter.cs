using System.Text;

namespace Granary.Vms.Primea;

/// <summary>
/// The loop of a world. Safe points lie between any two steps of scripts, and between any two operations, loads, stores
/// and removals around them.
/// </summary>
internal static class PrimeaInterpreter
{
    public static VmExit Run(PrimeaRun run)
    {
        while (!run.SliceOver)
        {
            try
            {
                if (Step(run) is { } exit)
                {
                    return exit;
                }
            }
            catch (PrimeaTrapException trap)
            {
                return Trap(run.State, trap.Kind, trap.Message);
            }
            catch (PrimeaFormatException broken)
            {
                // Scripts are checked; what is read from data may have been imported, or written by hand.
                return Trap(run.State, TrapKind.BadOperand, $"data: {broken.Message}");
            }
        }
        return VmExit.SliceEnded.Instance;
    }

    public static void Enqueue(PrimeaRun run, PrimeaMessage message)
    {
        if (run.State.Queue.Count == PrimeaLimits.QueueMessagesMax)
        {
            throw new PrimeaTrapException(
                TrapKind.LimitExceeded, $"more than {PrimeaLimits.QueueMessagesMax} messages wait");
        }
        run.Charge(PrimeaGas.Message(message.Body.Length));
        run.Hold(message.HeldBytes);
        message.GasLeft = message.Gas;
        run.State.Queue.Enqueue(message, message.Place);
    }

    private static VmExit.Halted? Step(PrimeaRun run)
    {
        PrimeaState state = run.State;
        if (state.Releases.Count > 0)
        {
            PrimeaBlocks.ReleaseOne(run);
            return null;
        }
        switch (state.Phase)
        {
            case PrimeaPhase.Idle:
                return VmExit.Halted.Empty;
            case PrimeaPhase.TooLarge:
                throw new PrimeaTrapException(TrapKind.LimitExceeded, "the message is too large");
            case PrimeaPhase.Entered:
                Begin(run);
                return null;
            case PrimeaPhase.Operating:
                Operate(run);
                return null;
            case PrimeaPhase.Draining:
                Drain(run);
                return null;
            case PrimeaPhase.Flushing:
                Flush(run);
                return null;
            default:
                return End(run);
        }
    }

    private static void Begin(PrimeaRun run)
    {
        PrimeaState state = run.State;
        if (!run.Program.EntryPoints.Contains(state.Entry))
        {
            throw new PrimeaTrapException(TrapKind.NoSuchEntry, $"there is no entry point \"{state.Entry}\"");
        }
        state.Founding = !run.TryGet(PrimeaKeys.World, out ReadOnlyMemory<byte> stored);
        if (state.Founding)
        {
            state.World = new PrimeaWorld { Nonce = run.Program.Code.Nonce };
            state.Operations = Items(run.Program.Code.Operations);
        }
        else
        {
            PrimeaReader reader = new(stored.Span);
            state.World = PrimeaWorld.Read(ref reader);
            reader.ExpectEnd();
            ReadRequest(run);
        }
        state.Phase = PrimeaPhase.Operating;
    }

    private static void ReadRequest(PrimeaRun run)
    {
        PrimeaState state = run.State;
        run.Charge(PrimeaGas.Parse(state.Payload.Length));
        try
        {
            state.Operations = Items(PrimeaRequest.Read(run.Program.Code.Model, state.Entry, state.Payload.Span));
        }
        catch (PrimeaSourceException wrong)
        {
            (int line, int column) = wrong.Locate(state.Payload.Span);
            throw new PrimeaTrapException(TrapKind.BadOperand, $"line {line}, column {column}: {wrong.Message}");
        }
        state.Payload = default;
    }

    private static void Operate(PrimeaRun run)
    {
        PrimeaState state = run.State;
        if (state.Operations.IsEmpty)
        {
            if (!state.Founding)
            {
                PrimeaWriter world = new();
                state.World.Write(world);
                run.Put(PrimeaKeys.World, world.Span);
                state.Phase = PrimeaPhase.Ending;
                return;
            }
            state.Founding = false;
            state.Output = [];
            ReadRequest(run);
            return;
        }
        PrimeaReader reader = new(state.Operations.Span);
        reader.ReadArray();
        PrimeaOp op = (PrimeaOp)reader.ReadUnsigned(byte.MaxValue);
        run.Charge(PrimeaOpcodes.Info(op).Gas);
        PrimeaOperations.Operate(run, op, ref reader);
        state.Operations = state.Operations[reader.Position..];
    }

    private static void Drain(PrimeaRun run)
    {
        PrimeaState state = run.State;
        if (state.Current is not { } message)
        {
            Receive(run);
            return;
        }
        PrimeaActor actor = state.Loaded[message.To];
        string result = "ok";
        if (!state.Steps.IsEmpty)
        {
            if (PrimeaInstructions.Step(run, actor, message) is not { } error)
            {
                return;
            }
            result = error;
        }
        PrimeaLog.Handled(run, message, state.CurrentTicks, result, actor.Ticks);
        run.Hold(-message.HeldBytes);
        state.EndMessage();
    }

    /// <summary>Takes the next message; when there is none, what was loaded is written back.</summary>
    private static void Receive(PrimeaRun run)
    {
        PrimeaState state = run.State;
        if (!state.Queue.TryDequeue(out PrimeaMessage? message, out _))
        {
            state.Output = state.Events.Take();
            state.Phase = PrimeaPhase.Flushing;
            return;
        }
        run.Charge(PrimeaGas.Item);
        if (message.Egress)
        {
            run.Egress(message);
            PrimeaLog.Egress(run, message);
            run.Hold(-message.HeldBytes);
        }
        else if (PrimeaActors.Find(run, message.To) is { } actor)
        {
            actor.Ticks = Math.Max(actor.Ticks, message.FromTicks);
            state.Current = message;
            state.CurrentTicks = actor.Ticks;
            state.Steps = Items(message.Body);
        }
        else
        {
            PrimeaLog.Handled(run, message, message.FromTicks, "no such actor", message.FromTicks);
            run.Hold(-message.HeldBytes);
        }
    }

    private static void Flush(PrimeaRun run)
    {
        PrimeaState state = run.State;
        foreach ((PrimeaHash id, PrimeaActor actor) in state.Loaded)
        {
            PrimeaActors.Store(run, actor);
            state.Loaded.Remove(id);
            return;
        }
        state.HeldBytes = 0;
        state.Sequence = 0;
        state.Phase = PrimeaPhase.Operating;
    }

    private static VmExit.Halted End(PrimeaRun run)
    {
        VmExit.Halted halted = new(run.State.Output);
        run.State.Clear();
        return halted;
    }

    private static ReadOnlyMemory<byte> Items(ReadOnlyMemory<byte> array)
    {
        PrimeaReader reader = new(array.Span);
        reader.ReadArray();
        return array[reader.Position..];
    }

    private static VmExit.Trapped Trap(PrimeaState state, TrapKind kind, string what)
    {
        StringBuilder site = new();
        if (state.Founding)
        {
            site.Append("founding the world: ");
        }
        if (state.Current is { } message)
        {
            site.Append("message \"").Append(message.Label).Append("\": ");
        }
        site.Append(what);
        state.Clear();
        return new VmExit.Trapped(kind, new TrapSite(site.ToString()));
    }
}
