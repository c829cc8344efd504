namespace Granary.Vms.Primea;

/// <summary>What the host asks of a world of actors.</summary>
internal static class PrimeaOperations
{
    public static void Operate(PrimeaRun run, PrimeaOp op, ref PrimeaReader operands)
    {
        PrimeaState state = run.State;
        switch (op)
        {
            case PrimeaOp.New or PrimeaOp.Module or PrimeaOp.Actor:
                if (PrimeaModules.Make(run, op, ref operands, maker: null, out PrimeaNamed made) is { } error)
                {
                    throw new PrimeaTrapException(TrapKind.BadOperand, error);
                }
                state.Output = PrimeaLog.Made(made);
                break;
            case PrimeaOp.Messages:
                EnqueueAll(run, ref operands);
                state.Phase = PrimeaPhase.Draining;
                break;
            case PrimeaOp.Root:
                state.Output = TakeRoot(run).Span.ToArray();
                break;
            case PrimeaOp.SetRoot:
                SetRoot(run, operands.ReadHash());
                break;
            case PrimeaOp.Inspect:
                state.Output = Inspect(run, PrimeaScripts.ReadName(ref operands));
                break;
            default:
                throw operands.Bad($"{op} is no operation of a world of actors");
        }
    }

    private static void EnqueueAll(PrimeaRun run, ref PrimeaReader operands)
    {
        PrimeaState state = run.State;
        int count = operands.ReadArray();
        for (int i = 0; i < count; i++)
        {
            operands.ReadArray();
            string name = PrimeaScripts.ReadName(ref operands);
            long gas = operands.ReadAmount(PrimeaLimits.NumberMax);
            string label = operands.ReadText(PrimeaLimits.NameBytesMax);
            long fromTicks = operands.ReadAmount(PrimeaLimits.NumberMax);
            int start = operands.Position;
            operands.ReadItem();
            if (!PrimeaNames.TryFindActor(run, name, out PrimeaHash to))
            {
                throw new PrimeaTrapException(TrapKind.BadOperand, PrimeaNames.Unknown(name));
            }
            PrimeaInterpreter.Enqueue(run, new PrimeaMessage
            {
                Egress = false, To = to, From = default, FromTicks = fromTicks, Gas = gas, Label = label,
                Body = state.Operations[start..operands.Position], Sequence = state.Sequence++,
            });
        }
    }

    /// <summary>Stores the counter in the tree and keeps the root, so that it can be gone back to.</summary>
    private static PrimeaHash TakeRoot(PrimeaRun run)
    {
        PrimeaWorld world = run.World;
        PrimeaPath path = PrimeaTree.Open(run, world.Root, PrimeaTree.CounterKey);
        PrimeaWriter counter = new();
        counter.Unsigned(world.Nonce);
        path.Node.Value = counter.ToArray();
        PrimeaHash root = path.Close(run);
        world.Root = root;
        int known = world.Kept.FindIndex(kept => kept.Root.Equals(root));
        if (known >= 0)
        {
            world.Kept.RemoveAt(known);
        }
        else
        {
            PrimeaBlocks.Use(run, root);
        }
        world.Kept.Add((root, world.ActorCount));
        if (world.Kept.Count > PrimeaLimits.KeptRootsMax)
        {
            PrimeaBlocks.Release(run, world.Kept[0].Root);
            world.Kept.RemoveAt(0);
        }
        return root;
    }

    private static void SetRoot(PrimeaRun run, in PrimeaHash root)
    {
        PrimeaWorld world = run.World;
        PrimeaHash wanted = root;
        int kept = world.Kept.FindIndex(k => k.Root.Equals(wanted));
        if (kept < 0)
        {
            throw new PrimeaTrapException(TrapKind.BadOperand,
                $"setRoot: {root} is none of the last {PrimeaLimits.KeptRootsMax} roots");
        }
        PrimeaNode counter = PrimeaTree.Find(run, root, PrimeaTree.CounterKey)
            ?? throw new PrimeaTrapException(TrapKind.BadOperand, "setRoot: invalid state root");
        PrimeaReader reader = new(counter.Value);
        world.Nonce = reader.ReadUnsigned(PrimeaLimits.NumberMax);
        PrimeaBlocks.Use(run, root);
        if (world.Root is { } before)
        {
            PrimeaBlocks.Release(run, before);
        }
        world.Root = root;
        world.ActorCount = world.Kept[kept].ActorCount;
    }

    private static byte[] Inspect(PrimeaRun run, string name)
    {
        if (!PrimeaNames.TryFindActor(run, name, out PrimeaHash id))
        {
            throw new PrimeaTrapException(TrapKind.BadOperand, PrimeaNames.Unknown(name));
        }
        if (PrimeaTree.Find(run, run.World.Root, id.Span.ToArray()) is not { } node)
        {
            return "null"u8.ToArray();
        }
        PrimeaLeaf leaf = PrimeaLeaf.ReadFrom(node);
        ReadOnlyMemory<byte> storage = PrimeaBlocks.Read(run, leaf.Storage);
        run.Charge(PrimeaGas.Copy(4L * storage.Length));
        byte[] answer = PrimeaLog.Actor(id, leaf, storage.Span);
        return answer.Length <= run.Program.Limits.PayloadBytesMax
            ? answer
            : throw new PrimeaTrapException(TrapKind.LimitExceeded, $"an answer of {answer.Length} bytes");
    }
}
