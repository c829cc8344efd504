namespace Granary.Vms.Primea.Ports;

/// <summary>
/// Checks that a world that was read fits together, and works out what follows from the rest: what is next at each
/// port, and how much is held.
/// </summary>
internal static class PortsCheck
{
    /// <exception cref="PrimeaFormatException">It does not.</exception>
    public static void Check(PortsWorld world)
    {
        CheckEnds(world);
        CheckInstances(world);
        CheckHand(world);
        CheckMessages(world);
        bool founding = world.Phase is PrimeaPhase.Operating or PrimeaPhase.Draining or PrimeaPhase.Ending;
        if ((world.Founded || founding) && !world.Instances.ContainsKey(PortsInterpreter.RootId))
        {
            throw new PrimeaFormatException("the root instance is missing");
        }
    }

    private static void CheckEnds(PortsWorld world)
    {
        foreach (PortsEnd end in world.Ends.Values)
        {
            if (!world.Ends.TryGetValue(end.Id.Peer(), out PortsEnd? peer)
                || (end.Place == PortsPlace.Dead && (peer.Place == PortsPlace.Dead || end.Messages.Count > 0))
                || end.Id.Channel >= world.NextChannel)
            {
                throw new PrimeaFormatException($"channel {end.Id.Channel} is broken");
            }
            if (end.Place == PortsPlace.Bound
                && (!world.Instances.TryGetValue(end.Holder, out PortsInstance? holder)
                    || !holder.Ports.TryGetValue(end.Name, out PortsEndId bound) || bound != end.Id))
            {
                throw new PrimeaFormatException($"port {end.Name} is not its holder's");
            }
            if (end.Id.Side == 0)
            {
                world.HeldBytes += PortsLimits.ChannelBytes;
            }
        }
    }

    private static void CheckInstances(PortsWorld world)
    {
        foreach (PortsInstance instance in world.Instances.Values)
        {
            world.HeldBytes += PortsInstance.FixedBytes + instance.StorageBytes;
            HashSet<ulong> orders = [];
            foreach ((string name, PortsEndId id) in instance.Ports)
            {
                if (!world.Ends.TryGetValue(id, out PortsEnd? end) || end.Place != PortsPlace.Bound
                    || !end.Holder.Equals(instance.Id) || end.Name != name || end.Order == 0
                    || end.Order >= instance.NextOrder || !orders.Add(end.Order))
                {
                    throw new PrimeaFormatException($"port {name} is broken");
                }
                if (end.Messages.TryPeek(out PortsMessage? first))
                {
                    world.Heads.Add(new PortsHead(first.FromTicks, instance.Id, end.Order, id));
                }
            }
            if (instance.Arrivals.TryPeek(out PortsMessage? arrival))
            {
                world.Heads.Add(new PortsHead(arrival.FromTicks, instance.Id, 0, null));
            }
        }
    }

    private static void CheckHand(PortsWorld world)
    {
        if (world.Current is null && world.Hand.Count > 0)
        {
            throw new PrimeaFormatException("ports are in a hand while no message is handled");
        }
        foreach ((string name, PortsEndId id) in world.Hand)
        {
            if (!world.Ends.TryGetValue(id, out PortsEnd? end) || end.Place != PortsPlace.Held || end.Name != name)
            {
                throw new PrimeaFormatException($"port {name} is not in the hand");
            }
        }
    }

    /// <summary>An end that travels is in one message, and no other end is in any.</summary>
    private static void CheckMessages(PortsWorld world)
    {
        HashSet<PortsEndId> travelling = [];
        int count = 0;
        IEnumerable<PortsMessage> arrivals = world.Instances.Values.SelectMany(instance => instance.Arrivals);
        foreach (PortsMessage message in world.Ends.Values.SelectMany(end => end.Messages).Concat(arrivals))
        {
            count++;
            world.HeldBytes += message.HeldBytes;
            foreach (PortsEndId id in message.Ports)
            {
                if (!world.Ends.TryGetValue(id, out PortsEnd? end) || end.Place != PortsPlace.Travelling
                    || !travelling.Add(id))
                {
                    throw new PrimeaFormatException($"an end of channel {id.Channel} does not travel");
                }
            }
        }
        if (arrivals.Any(message => message.Deletion) || count != world.MessageCount)
        {
            throw new PrimeaFormatException("the messages that wait are not those that were counted");
        }
    }
}
