namespace Granary.Vms.Primea.Ports;

/// <summary>State roots, and the two collections: of ends that nobody can reach, and of instances.</summary>
internal static class PortsRoots
{
    /// <summary>
    /// Removes the instances that the root cannot reach over ports, depth first, and gives the root of the rest.
    /// </summary>
    public static byte[] Take(PortsRun run)
    {
        PortsWorld world = run.World;
        run.Charge((long)world.Instances.Count * PrimeaGas.Hash(200) + PrimeaGas.Copy(world.HeldBytes));
        HashSet<PrimeaHash> reached = Reach(world);
        foreach (PortsInstance lost in world.Instances.Values.Where(i => !reached.Contains(i.Id)).ToArray())
        {
            foreach (PortsEndId id in lost.Ports.Values)
            {
                // Both sides of a channel are lost, or none.
                if (world.Ends.Remove(id) && !world.Ends.ContainsKey(id.Peer()))
                {
                    run.Hold(-PortsLimits.ChannelBytes);
                }
            }
            run.Hold(-PortsInstance.FixedBytes - lost.StorageBytes);
            world.Instances.Remove(lost.Id);
        }
        List<(byte[] Key, PrimeaNode Leaf)> leaves = [(new byte[1], Counter(world))];
        foreach (PortsInstance instance in world.Instances.Values)
        {
            leaves.Add((instance.Id.Span.ToArray(), Leaf(world, instance)));
        }
        return PortsTree.Root(leaves).Span.ToArray();
    }

    /// <summary>
    /// Deletes ends that travel in messages that can never be received, because they wait at such ends themselves.
    /// </summary>
    /// <returns>True when there were any: the other ends have been told.</returns>
    public static bool KillLost(PortsRun run)
    {
        PortsWorld world = run.World;
        run.Charge((long)world.Ends.Count * PrimeaGas.Item);
        PortsEnd[] lost = [.. world.Ends.Values.Where(e => e.Place is PortsPlace.Travelling or PortsPlace.Held)];
        world.Hand.Clear();
        foreach (PortsEnd end in lost)
        {
            if (world.Ends.ContainsKey(end.Id) && end.Place != PortsPlace.Dead)
            {
                PortsChannels.Kill(run, end.Id, end.Messages.Max(m => (long?)m.FromTicks) ?? 0);
            }
        }
        return lost.Length > 0;
    }

    private static HashSet<PrimeaHash> Reach(PortsWorld world)
    {
        HashSet<PrimeaHash> reached = [PortsInterpreter.RootId];
        Stack<PrimeaHash> open = new(reached);
        while (open.TryPop(out PrimeaHash id))
        {
            foreach (PortsEndId end in world.Instances[id].Ports.Values)
            {
                if (world.Ends.TryGetValue(end.Peer(), out PortsEnd? peer) && peer.Place == PortsPlace.Bound
                    && reached.Add(peer.Holder))
                {
                    open.Push(peer.Holder);
                }
            }
        }
        return reached;
    }

    private static PrimeaNode Counter(PortsWorld world)
    {
        PrimeaWriter value = new();
        value.Unsigned(world.NextChannel);
        return new PrimeaNode { Value = value.ToArray() };
    }

    /// <summary>
    /// As the node of an actor, with the ports where that has module and code: [name, id of the instance at the other
    /// end, its name for it], oldest first.
    /// </summary>
    private static PrimeaNode Leaf(PortsWorld world, PortsInstance instance)
    {
        PrimeaWriter ports = new();
        ports.Array(instance.Ports.Count);
        foreach (PortsEnd end in instance.Ports.Values.Select(id => world.Ends[id]).OrderBy(end => end.Order))
        {
            PortsEnd peer = world.Ends[end.Id.Peer()];
            ports.Array(3);
            ports.Text(end.Name);
            ports.Bytes(peer.Holder.Span);
            ports.Text(peer.Name);
        }
        PrimeaWriter storage = new();
        storage.Array(instance.Storage.Count);
        foreach (byte[] item in instance.Storage)
        {
            storage.Raw(item);
        }
        PrimeaWriter right = new();
        right.Link(PrimeaHash.Of(storage.Span));
        PrimeaWriter value = new();
        value.Array(2);
        value.Unsigned(instance.Type);
        value.Unsigned(instance.Nonce);
        return new PrimeaNode { Left = ports.ToArray(), Right = right.ToArray(), Value = value.ToArray() };
    }
}
