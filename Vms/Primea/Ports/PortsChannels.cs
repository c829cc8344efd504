namespace Granary.Vms.Primea.Ports;

/// <summary>
/// Channels, their ends, and what moves through them. An end keeps the messages that come to it wherever it is; they
/// are handled when it is bound.
/// </summary>
internal static class PortsChannels
{
    public static (PortsEndId A, PortsEndId B) Create(PortsRun run)
    {
        PortsWorld world = run.World;
        if (world.Ends.Count >= 2 * PortsLimits.ChannelsMax)
        {
            throw new PrimeaTrapException(TrapKind.LimitExceeded, $"more than {PortsLimits.ChannelsMax} channels");
        }
        run.Hold(PortsLimits.ChannelBytes);
        PortsEndId a = new(world.NextChannel++, 0);
        world.Ends.Add(a, new PortsEnd(a));
        world.Ends.Add(a.Peer(), new PortsEnd(a.Peer()));
        return (a, a.Peer());
    }

    /// <summary>Gives an end a name in the hand of the instance that runs.</summary>
    public static void TakeInHand(PortsRun run, PortsEndId id, string name)
    {
        PortsEnd end = run.World.Ends[id];
        end.Place = PortsPlace.Held;
        end.Name = name;
        run.World.Hand.Add(name, id);
    }

    /// <summary>Takes the ends of these names out of the hand, for a message.</summary>
    public static PortsEndId[] Pack(PortsRun run, List<string> names)
    {
        PortsEndId[] ids = new PortsEndId[names.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = run.World.Hand[names[i]];
            run.World.Hand.Remove(names[i]);
            PortsEnd end = run.World.Ends[ids[i]];
            end.Place = PortsPlace.Travelling;
            end.Name = "";
        }
        return ids;
    }

    public static void Bind(PortsRun run, PortsInstance instance, string port, string held)
    {
        PortsEnd end = run.World.Ends[run.World.Hand[held]];
        run.World.Hand.Remove(held);
        end.Place = PortsPlace.Bound;
        end.Holder = instance.Id;
        end.Name = port;
        end.Order = instance.NextOrder++;
        instance.Ports.Add(port, end.Id);
        ShowHead(run, end);
    }

    public static PortsEndId Unbind(PortsRun run, PortsInstance instance, string port)
    {
        PortsEndId id = instance.Ports[port];
        PortsEnd end = run.World.Ends[id];
        HideHead(run, end);
        instance.Ports.Remove(port);
        return id;
    }

    /// <summary>Through an end to the other one. A dead one swallows it, and what it brings dies, too.</summary>
    public static void Post(PortsRun run, PortsEndId from, PortsMessage message)
    {
        PortsWorld world = run.World;
        PortsEnd to = world.Ends[from.Peer()];
        if (to.Place == PortsPlace.Dead)
        {
            KillAll(run, message, to.DeadSince);
            return;
        }
        Count(run, message);
        to.Messages.Enqueue(message);
        if (to.Messages.Count == 1)
        {
            ShowHead(run, to);
        }
    }

    /// <summary>From the host, or from a maker to what it has made.</summary>
    public static void Arrive(PortsRun run, PortsInstance instance, PortsMessage message)
    {
        Count(run, message);
        instance.Arrivals.Enqueue(message);
        if (instance.Arrivals.Count == 1)
        {
            run.World.Heads.Add(new PortsHead(message.FromTicks, instance.Id, 0, null));
        }
    }

    /// <summary>Takes the first message of all; null when none can be handled.</summary>
    public static (PortsInstance Receiver, PortsEnd? End, PortsMessage Message)? Next(PortsRun run)
    {
        PortsWorld world = run.World;
        if (world.Heads.Count == 0)
        {
            return null;
        }
        PortsHead head = world.Heads.Min;
        world.Heads.Remove(head);
        PortsInstance receiver = world.Instances[head.Receiver];
        PortsEnd? end = head.End is { } id ? world.Ends[id] : null;
        Queue<PortsMessage> queue = end?.Messages ?? receiver.Arrivals;
        PortsMessage message = queue.Dequeue();
        Uncount(run, message);
        if (queue.TryPeek(out PortsMessage? next))
        {
            world.Heads.Add(head with { FromTicks = next.FromTicks });
        }
        return (receiver, end, message);
    }

    /// <summary>Ends an end: the other one is told, and what waits here dies with all it brings.</summary>
    /// <param name="ticks">When; the other end is told as of then.</param>
    public static void Kill(PortsRun run, PortsEndId id, long ticks)
    {
        Stack<(PortsEndId Id, long Ticks)> dying = new([(id, ticks)]);
        while (dying.TryPop(out (PortsEndId Id, long Ticks) next))
        {
            if (!run.World.Ends.TryGetValue(next.Id, out PortsEnd? end) || end.Place == PortsPlace.Dead)
            {
                continue;
            }
            run.Charge(PrimeaGas.Item);
            end.Place = PortsPlace.Dead;
            end.Name = "";
            end.DeadSince = next.Ticks;
            foreach (PortsMessage message in end.Messages)
            {
                Uncount(run, message);
                foreach (PortsEndId brought in message.Ports)
                {
                    dying.Push((brought, Math.Max(next.Ticks, message.FromTicks)));
                }
            }
            end.Messages.Clear();
            if (run.World.Ends[next.Id.Peer()].Place == PortsPlace.Dead)
            {
                run.World.Ends.Remove(next.Id);
                run.World.Ends.Remove(next.Id.Peer());
                run.Hold(-PortsLimits.ChannelBytes);
            }
            else
            {
                Post(run, next.Id, new PortsMessage(true, next.Ticks, "", default, []));
            }
        }
    }

    private static void KillAll(PortsRun run, PortsMessage message, long ticks)
    {
        foreach (PortsEndId brought in message.Ports)
        {
            Kill(run, brought, Math.Max(ticks, message.FromTicks));
        }
    }

    private static void Count(PortsRun run, PortsMessage message)
    {
        if (run.World.MessageCount == PortsLimits.MessagesMax)
        {
            throw new PrimeaTrapException(
                TrapKind.LimitExceeded, $"more than {PortsLimits.MessagesMax} messages wait");
        }
        run.Charge(PrimeaGas.Message(message.Script.Length));
        run.Hold(message.HeldBytes);
        run.World.MessageCount++;
    }

    private static void Uncount(PortsRun run, PortsMessage message)
    {
        run.Hold(-message.HeldBytes);
        run.World.MessageCount--;
    }

    private static void ShowHead(PortsRun run, PortsEnd end)
    {
        if (end.Place == PortsPlace.Bound && end.Messages.TryPeek(out PortsMessage? first))
        {
            run.World.Heads.Add(new PortsHead(first.FromTicks, end.Holder, end.Order, end.Id));
        }
    }

    private static void HideHead(PortsRun run, PortsEnd end)
    {
        if (end.Messages.TryPeek(out PortsMessage? first))
        {
            run.World.Heads.Remove(new PortsHead(first.FromTicks, end.Holder, end.Order, end.Id));
        }
    }
}
