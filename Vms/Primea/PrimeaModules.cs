namespace Granary.Vms.Primea;

/// <summary>Makes modules and actors.</summary>
internal static class PrimeaModules
{
    /// <summary>Modules are not in Primea's tree: an actor carries what it needs of its own.</summary>
    public static PrimeaModule Read(PrimeaRun run, in PrimeaHash id) => TryRead(run, id, out PrimeaModule module)
        ? module
        : throw new PrimeaTrapException(TrapKind.BadOperand, $"data: module {id} is missing");

    /// <summary>Carries out <c>new</c>, <c>module</c> or <c>actor</c>.</summary>
    /// <param name="maker">The actor that does it; null: the host.</param>
    /// <returns>Null, or the error.</returns>
    public static string? Make(
        PrimeaRun run, PrimeaOp op, ref PrimeaReader operands, PrimeaActor? maker, out PrimeaNamed made)
    {
        made = default;
        string name = PrimeaScripts.ReadName(ref operands);
        if (op == PrimeaOp.Actor)
        {
            string of = PrimeaScripts.ReadName(ref operands);
            if (!PrimeaNames.TryFind(run, of, out PrimeaNamed named) || named.Actor is not null)
            {
                return PrimeaNames.Unknown(of);
            }
            made = MakeActor(run, named.Module, Read(run, named.Module), maker);
        }
        else
        {
            ulong type = operands.ReadUnsigned();
            bool hasCode = !operands.TryReadNull();
            ReadOnlySpan<byte> code = hasCode ? operands.ReadBytes(int.MaxValue) : default;
            if (PrimeaValues.TryCreate(run, ref operands, out byte[] storage) is { } error)
            {
                return error;
            }
            PrimeaHash id = NextId(run, maker);
            PrimeaModule module = new(
                type, hasCode ? PutCode(run, code) : null, PrimeaBlocks.Put(run, CheckStorage(run, storage)));
            Write(run, id, module);
            made = op == PrimeaOp.Module ? new PrimeaNamed(id, null) : MakeActor(run, id, module, maker);
        }
        PrimeaNames.Set(run, name, made);
        return null;
    }

    private static PrimeaNamed MakeActor(PrimeaRun run, in PrimeaHash moduleId, PrimeaModule module, PrimeaActor? maker)
    {
        PrimeaHash id = NextId(run, maker);
        if (module.Code is { } code)
        {
            PrimeaBlocks.Use(run, code);
        }
        PrimeaBlocks.Use(run, module.Storage);
        PrimeaPath path = PrimeaTree.Open(run, run.World.Root, id.Span.ToArray());
        if (path.Node.Value is null)
        {
            run.World.ActorCount = CountUp(run.World.ActorCount, "actors");
        }
        else
        {
            PrimeaBlocks.ReleaseLinks(run, path.Node.Left);
            PrimeaBlocks.ReleaseLinks(run, path.Node.Right);
        }
        new PrimeaLeaf(module.Type, 0, moduleId, module.Code, module.Storage).WriteTo(path.Node);
        run.World.Root = path.Close(run);
        return new PrimeaNamed(moduleId, id);
    }

    private static PrimeaHash PutCode(PrimeaRun run, ReadOnlySpan<byte> code)
    {
        PrimeaWriter writer = new();
        writer.Bytes(code);
        if (writer.Length > run.Program.Limits.ValueBytesMax)
        {
            throw new PrimeaTrapException(TrapKind.LimitExceeded, $"code of {code.Length} bytes");
        }
        return PrimeaBlocks.Put(run, writer.Span);
    }

    private static byte[] CheckStorage(PrimeaRun run, byte[] storage)
    {
        PrimeaReader reader = new(storage);
        int items = reader.ReadArray();
        return items > PrimeaLimits.StorageItemsMax || storage.Length > run.Program.Limits.ValueBytesMax
            ? throw new PrimeaTrapException(TrapKind.LimitExceeded, $"storage of {items} items, {storage.Length} bytes")
            : storage;
    }

    private static PrimeaHash NextId(PrimeaRun run, PrimeaActor? maker)
    {
        ulong nonce = maker?.Nonce ?? run.World.Nonce;
        if (nonce >= PrimeaLimits.NumberMax)
        {
            throw new PrimeaTrapException(TrapKind.LimitExceeded, "the counter of ids is at its end");
        }
        run.Charge(PrimeaGas.Hash(PrimeaHash.Bytes));
        if (maker is null)
        {
            run.World.Nonce++;
        }
        else
        {
            maker.Nonce++;
            maker.NonceChanged = true;
        }
        return PrimeaHash.IdOf(nonce, maker?.Id);
    }

    private static bool TryRead(PrimeaRun run, in PrimeaHash id, out PrimeaModule module)
    {
        bool found = run.TryGet(PrimeaKeys.Of(PrimeaKeys.Module, id), out ReadOnlyMemory<byte> stored);
        module = found ? PrimeaModule.Decode(stored.Span) : default;
        return found;
    }

    /// <summary>The uses of its blocks become the module's.</summary>
    private static void Write(PrimeaRun run, in PrimeaHash id, PrimeaModule module)
    {
        // After a return to an earlier root, ids come up a second time.
        if (TryRead(run, id, out PrimeaModule before))
        {
            if (before.Code is { } code)
            {
                PrimeaBlocks.Release(run, code);
            }
            PrimeaBlocks.Release(run, before.Storage);
        }
        else
        {
            run.World.ModuleCount = CountUp(run.World.ModuleCount, "modules");
        }
        run.Put(PrimeaKeys.Of(PrimeaKeys.Module, id), module.Encode());
    }

    private static int CountUp(int count, string what) => count < PrimeaLimits.ActorsMax
        ? count + 1
        : throw new PrimeaTrapException(TrapKind.LimitExceeded, $"more than {PrimeaLimits.ActorsMax} {what}");
}
