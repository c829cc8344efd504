namespace Granary.Vms.Primea;

/// <summary>
/// The container that scripts of actors run in. Another kind of actor code, by the type of its module, would be run
/// here instead: a step at a time, on an actor, a message and the same calls to send, make and store.
/// </summary>
internal static class PrimeaInstructions
{
    public const string OutOfGas = "out of gas!";

    /// <summary>The next step of the message being handled.</summary>
    /// <returns>Null, or the error that ends the message.</returns>
    public static string? Step(PrimeaRun run, PrimeaActor actor, PrimeaMessage message)
    {
        PrimeaState state = run.State;
        PrimeaReader script = new(state.Steps.Span);
        script.ReadArray();
        PrimeaOp op = (PrimeaOp)script.ReadUnsigned(byte.MaxValue);
        run.Charge(PrimeaOpcodes.Info(op).Gas);
        string? error = op switch
        {
            PrimeaOp.Tick => Tick(run, actor, message, script.ReadAmount(PrimeaLimits.NumberMax)),
            PrimeaOp.Send => Send(run, actor, message, ref script),
            PrimeaOp.Egress => Egress(run, actor, message, ref script),
            PrimeaOp.New or PrimeaOp.Module or PrimeaOp.Actor =>
                PrimeaModules.Make(run, op, ref script, actor, out _),
            PrimeaOp.Push => Push(run, actor, ref script),
            PrimeaOp.Put => Put(run, actor, ref script),
            PrimeaOp.Pop => Pop(run, actor),
            PrimeaOp.Fail => script.ReadText(PrimeaLimits.ErrorBytesMax),
            _ => throw script.Bad($"{op} is no instruction of actors"),
        };
        if (error is null)
        {
            state.Steps = state.Steps[script.Position..];
        }
        return error;
    }

    private static string? Tick(PrimeaRun run, PrimeaActor actor, PrimeaMessage message, long ticks)
    {
        if (ChargeTicks(run, actor, message, ticks) is { } error)
        {
            return error;
        }
        // What stands for work is paid as work; gas that only moves to another message is paid when that uses it.
        run.Charge(run.Program.Code.Meter ? ticks : 0);
        return null;
    }

    private static string? Send(PrimeaRun run, PrimeaActor actor, PrimeaMessage message, ref PrimeaReader script)
    {
        string name = PrimeaScripts.ReadName(ref script);
        long gas = script.ReadAmount(PrimeaLimits.NumberMax);
        string label = script.ReadText(PrimeaLimits.NameBytesMax);
        int start = script.Position;
        script.ReadItem();
        if (!PrimeaNames.TryFindActor(run, name, out PrimeaHash to))
        {
            return PrimeaNames.Unknown(name);
        }
        return Post(run, actor, message, new PrimeaMessage
        {
            Egress = false, To = to, From = actor.Id, FromTicks = actor.Ticks, Gas = gas, Label = label,
            Body = run.State.Steps[start..script.Position], Sequence = run.State.Sequence++,
        });
    }

    private static string? Egress(PrimeaRun run, PrimeaActor actor, PrimeaMessage message, ref PrimeaReader script)
    {
        long gas = script.ReadAmount(PrimeaLimits.NumberMax);
        string label = script.ReadText(PrimeaLimits.NameBytesMax);
        return Post(run, actor, message, new PrimeaMessage
        {
            Egress = true, To = default, From = actor.Id, FromTicks = actor.Ticks, Gas = gas, Label = label,
            Body = script.ReadBytes(int.MaxValue).ToArray(), Sequence = run.State.Sequence++,
        });
    }

    /// <summary>The receiver's gas is moved out of the sender's, as ticks; only then is the message queued.</summary>
    private static string? Post(PrimeaRun run, PrimeaActor actor, PrimeaMessage message, PrimeaMessage sent)
    {
        if (ChargeTicks(run, actor, message, sent.Gas) is { } error)
        {
            return error;
        }
        PrimeaInterpreter.Enqueue(run, sent);
        return null;
    }

    private static string? Push(PrimeaRun run, PrimeaActor actor, ref PrimeaReader script)
    {
        if (PrimeaValues.TryCreate(run, ref script, out byte[] value) is { } error)
        {
            return error;
        }
        if (actor.Storage.Count == PrimeaLimits.StorageItemsMax)
        {
            throw new PrimeaTrapException(TrapKind.LimitExceeded, $"storage of {actor.Storage.Count} items");
        }
        Grow(run, actor, value.Length + PrimeaActor.ItemBytes);
        actor.Storage.Add(new PrimeaItem(value, Owned: true));
        return null;
    }

    private static string? Put(PrimeaRun run, PrimeaActor actor, ref PrimeaReader script)
    {
        long index = script.ReadAmount(PrimeaLimits.NumberMax);
        if (index >= actor.Storage.Count)
        {
            return "index out of range";
        }
        if (PrimeaValues.TryCreate(run, ref script, out byte[] value) is { } error)
        {
            return error;
        }
        PrimeaItem before = actor.Storage[(int)index];
        Grow(run, actor, value.Length - before.Content.Length);
        Drop(run, before);
        actor.Storage[(int)index] = new PrimeaItem(value, Owned: true);
        return null;
    }

    private static string? Pop(PrimeaRun run, PrimeaActor actor)
    {
        if (actor.Storage.Count > 0)
        {
            PrimeaItem last = actor.Storage[^1];
            Grow(run, actor, -last.Content.Length - PrimeaActor.ItemBytes);
            Drop(run, last);
            actor.Storage.RemoveAt(actor.Storage.Count - 1);
        }
        return null;
    }

    private static void Grow(PrimeaRun run, PrimeaActor actor, int bytes)
    {
        if (actor.StorageBytes + bytes > run.Program.Limits.ValueBytesMax - PrimeaActor.ItemBytes)
        {
            throw new PrimeaTrapException(TrapKind.LimitExceeded, $"storage of {actor.StorageBytes + bytes} bytes");
        }
        run.Hold(bytes);
        actor.StorageBytes += bytes;
        actor.StorageChanged = true;
    }

    private static void Drop(PrimeaRun run, PrimeaItem item)
    {
        if (item.Owned)
        {
            PrimeaBlocks.ReleaseLinks(run, item.Content);
        }
    }

    private static string? ChargeTicks(PrimeaRun run, PrimeaActor actor, PrimeaMessage message, long ticks)
    {
        if (!run.Program.Code.Meter)
        {
            return null;
        }
        message.GasLeft -= ticks;
        if (message.GasLeft < 0)
        {
            return OutOfGas;
        }
        if (actor.Ticks > PrimeaLimits.NumberMax - ticks)
        {
            throw new PrimeaTrapException(TrapKind.LimitExceeded, "the ticks of an actor are at their end");
        }
        actor.Ticks += ticks;
        return null;
    }
}
