namespace Granary.Vms.Primea;

/// <summary>Loads actors from the tree and stores them in it again.</summary>
internal static class PrimeaActors
{
    /// <summary>The actor, loaded if it is not yet; null when the world has none of that id.</summary>
    public static PrimeaActor? Find(PrimeaRun run, in PrimeaHash id)
    {
        if (run.State.Loaded.TryGetValue(id, out PrimeaActor? loaded))
        {
            return loaded;
        }
        if (PrimeaTree.Find(run, run.World.Root, id.Span.ToArray()) is not { } node)
        {
            return null;
        }
        PrimeaLeaf leaf = PrimeaLeaf.ReadFrom(node);
        PrimeaActor actor = new() { Id = id, Type = leaf.Type, Nonce = leaf.Nonce };
        ReadOnlyMemory<byte> storage = PrimeaBlocks.Read(run, leaf.Storage);
        run.Charge(PrimeaGas.Copy(storage.Length));
        PrimeaReader reader = new(storage.Span);
        int items = reader.ReadArray();
        run.Charge((long)items * PrimeaGas.Item);
        if (items > PrimeaLimits.StorageItemsMax)
        {
            throw reader.Bad($"storage of {items} items");
        }
        for (int i = 0; i < items; i++)
        {
            byte[] content = reader.ReadItem().ToArray();
            actor.Storage.Add(new PrimeaItem(content, Owned: false));
            actor.StorageBytes += content.Length + PrimeaActor.ItemBytes;
        }
        reader.ExpectEnd();
        run.Hold(actor.StorageBytes + PrimeaActor.FixedBytes);
        run.State.Loaded.Add(id, actor);
        return actor;
    }

    public static void Store(PrimeaRun run, PrimeaActor actor)
    {
        if (!actor.StorageChanged && !actor.NonceChanged)
        {
            return;
        }
        PrimeaPath path = PrimeaTree.Open(run, run.World.Root, actor.Id.Span.ToArray());
        PrimeaLeaf leaf = PrimeaLeaf.ReadFrom(path.Node);
        PrimeaHash storage = leaf.Storage;
        if (actor.StorageChanged)
        {
            storage = PutStorage(run, actor);
            PrimeaBlocks.Release(run, leaf.Storage);
        }
        (leaf with { Nonce = actor.Nonce, Storage = storage }).WriteTo(path.Node);
        run.World.Root = path.Close(run);
    }

    private static PrimeaHash PutStorage(PrimeaRun run, PrimeaActor actor)
    {
        PrimeaWriter writer = new();
        writer.Array(actor.Storage.Count);
        foreach (PrimeaItem item in actor.Storage)
        {
            if (!item.Owned)
            {
                PrimeaBlocks.UseLinks(run, item.Content);
            }
            writer.Raw(item.Content);
        }
        run.Charge(PrimeaGas.Copy(writer.Length));
        return PrimeaBlocks.Put(run, writer.Span);
    }
}
