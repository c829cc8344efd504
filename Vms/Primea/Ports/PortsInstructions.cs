namespace Granary.Vms.Primea.Ports;

/// <summary>The steps of the scripts of instances.</summary>
internal static class PortsInstructions
{
    /// <summary>The next step of the message being handled.</summary>
    /// <returns>Null, or the error that ends the message.</returns>
    public static string? Step(PortsRun run, PortsInstance instance)
    {
        PortsWorld world = run.World;
        PrimeaReader script = new(world.Steps.Span);
        script.ReadArray();
        PrimeaOp op = (PrimeaOp)script.ReadUnsigned(byte.MaxValue);
        run.Charge(PrimeaOpcodes.Info(op).Gas);
        string? error = op switch
        {
            PrimeaOp.Tick => Tick(run, instance, script.ReadAmount(PrimeaLimits.NumberMax)),
            PrimeaOp.Channel => Channel(run, ref script),
            PrimeaOp.Instance => Make(run, instance, ref script),
            PrimeaOp.Bind => Bind(run, instance, ref script),
            PrimeaOp.Unbind => Unbind(run, instance, ref script),
            PrimeaOp.Delete => Delete(run, instance, ref script),
            PrimeaOp.Post => Post(run, instance, ref script),
            PrimeaOp.Push => Push(run, instance, ref script),
            PrimeaOp.Put => Put(run, instance, ref script),
            PrimeaOp.Pop => Pop(run, instance),
            PrimeaOp.Fail => script.ReadText(PrimeaLimits.ErrorBytesMax),
            _ => throw script.Bad($"{op} is no instruction of instances"),
        };
        if (error is null)
        {
            world.Steps = world.Steps[script.Position..];
        }
        return error;
    }

    private static string? Tick(PortsRun run, PortsInstance instance, long ticks)
    {
        run.Charge(ticks);
        PortsRun.Advance(instance, ticks);
        return null;
    }

    private static string? Channel(PortsRun run, ref PrimeaReader script)
    {
        string a = PrimeaScripts.ReadName(ref script);
        string b = PrimeaScripts.ReadName(ref script);
        if (run.World.Hand.ContainsKey(a) || run.World.Hand.ContainsKey(b) || a == b)
        {
            return $"name taken {(run.World.Hand.ContainsKey(a) ? a : b)}";
        }
        (PortsEndId one, PortsEndId other) = PortsChannels.Create(run);
        PortsChannels.TakeInHand(run, one, a);
        PortsChannels.TakeInHand(run, other, b);
        return null;
    }

    private static string? Make(PortsRun run, PortsInstance instance, ref PrimeaReader script)
    {
        ulong type = script.ReadUnsigned(PrimeaLimits.NumberMax);
        if (ReadPost(run, instance, ref script, out PortsMessage? message) is { } error)
        {
            return error;
        }
        run.Charge(PrimeaGas.Hash(PrimeaHash.Bytes));
        PrimeaHash id = PrimeaHash.IdOf(instance.Nonce++, instance.Id);
        PortsInstance made = AddInstance(run, id, type);
        PortsChannels.Arrive(run, made, message!);
        return null;
    }

    public static PortsInstance AddInstance(PortsRun run, in PrimeaHash id, ulong type)
    {
        if (run.World.Instances.Count == PortsLimits.InstancesMax)
        {
            throw new PrimeaTrapException(TrapKind.LimitExceeded, $"more than {PortsLimits.InstancesMax} instances");
        }
        run.Hold(PortsInstance.FixedBytes);
        PortsInstance made = new(id, type);
        run.World.Instances.Add(id, made);
        return made;
    }

    private static string? Bind(PortsRun run, PortsInstance instance, ref PrimeaReader script)
    {
        string port = PrimeaScripts.ReadName(ref script);
        string held = PrimeaScripts.ReadName(ref script);
        if (!run.World.Hand.ContainsKey(held))
        {
            return NotInHand(instance, held);
        }
        if (instance.Ports.ContainsKey(port))
        {
            return $"name taken {port}";
        }
        PortsChannels.Bind(run, instance, port, held);
        return null;
    }

    private static string? Unbind(PortsRun run, PortsInstance instance, ref PrimeaReader script)
    {
        string port = PrimeaScripts.ReadName(ref script);
        string held = PrimeaScripts.ReadName(ref script);
        if (!instance.Ports.ContainsKey(port))
        {
            return $"unknown port {port}";
        }
        if (run.World.Hand.ContainsKey(held))
        {
            return $"name taken {held}";
        }
        PortsChannels.TakeInHand(run, PortsChannels.Unbind(run, instance, port), held);
        return null;
    }

    /// <summary>Deletes a port reference in the hand, or a port.</summary>
    private static string? Delete(PortsRun run, PortsInstance instance, ref PrimeaReader script)
    {
        string name = PrimeaScripts.ReadName(ref script);
        if (run.World.Hand.Remove(name, out PortsEndId id))
        {
            PortsRun.Advance(instance, 1);
        }
        else if (instance.Ports.ContainsKey(name))
        {
            PortsRun.Advance(instance, 1);
            id = PortsChannels.Unbind(run, instance, name);
        }
        else
        {
            return $"unknown port {name}";
        }
        PortsChannels.Kill(run, id, instance.Ticks);
        return null;
    }

    private static string? Post(PortsRun run, PortsInstance instance, ref PrimeaReader script)
    {
        string port = PrimeaScripts.ReadName(ref script);
        if (!instance.Ports.TryGetValue(port, out PortsEndId through))
        {
            return $"unknown port {port}";
        }
        if (ReadPost(run, instance, ref script, out PortsMessage? message) is { } error)
        {
            return error;
        }
        PortsChannels.Post(run, through, message!);
        return null;
    }

    /// <summary>
    /// What is sent, with the ports for it taken out of the hand. Sending takes a tick, and the message leaves after
    /// it: so whatever a message causes comes strictly later than the message, and the order of all is one.
    /// </summary>
    private static string? ReadPost(
        PortsRun run, PortsInstance instance, ref PrimeaReader script, out PortsMessage? message)
    {
        message = null;
        HashSet<string> names = new(StringComparer.Ordinal);
        List<string> ordered = [];
        int count = script.ReadArray();
        run.Charge((long)count * PrimeaGas.Item);
        for (int i = 0; i < count; i++)
        {
            string held = PrimeaScripts.ReadName(ref script);
            if (!run.World.Hand.ContainsKey(held))
            {
                return NotInHand(instance, held);
            }
            if (!names.Add(held))
            {
                return $"port {held} is sent twice";
            }
            ordered.Add(held);
        }
        string label = script.ReadText(PrimeaLimits.NameBytesMax);
        int start = script.Position;
        script.ReadItem();
        PortsRun.Advance(instance, 1);
        message = new PortsMessage(
            false, instance.Ticks, label, run.World.Steps[start..script.Position], PortsChannels.Pack(run, ordered));
        return null;
    }

    private static string NotInHand(PortsInstance instance, string name) =>
        instance.Ports.ContainsKey(name) ? $"port {name} is bound" : $"unknown port {name}";

    private static string? Push(PortsRun run, PortsInstance instance, ref PrimeaReader script)
    {
        byte[] value = script.ReadItem().ToArray();
        Grow(run, instance, value.Length + PrimeaActor.ItemBytes);
        instance.Storage.Add(value);
        return null;
    }

    private static string? Put(PortsRun run, PortsInstance instance, ref PrimeaReader script)
    {
        long index = script.ReadAmount(PrimeaLimits.NumberMax);
        if (index >= instance.Storage.Count)
        {
            return "index out of range";
        }
        byte[] value = script.ReadItem().ToArray();
        Grow(run, instance, value.Length - instance.Storage[(int)index].Length);
        instance.Storage[(int)index] = value;
        return null;
    }

    private static string? Pop(PortsRun run, PortsInstance instance)
    {
        if (instance.Storage.Count > 0)
        {
            Grow(run, instance, -instance.Storage[^1].Length - PrimeaActor.ItemBytes);
            instance.Storage.RemoveAt(instance.Storage.Count - 1);
        }
        return null;
    }

    private static void Grow(PortsRun run, PortsInstance instance, int bytes)
    {
        run.Charge(PrimeaGas.Copy(Math.Max(0, bytes)));
        run.Hold(bytes);
        instance.StorageBytes += bytes;
    }
}
