using System.Globalization;
using System.Text;

namespace Granary.Vms.Primea.Ports;

/// <summary>
/// A world of ports as bytes: the section <c>ports</c> with version and phase, and the memory <c>world</c> with one
/// CBOR array of all the rest. Bytes of the same world are the same.
/// </summary>
internal static class PortsSnapshot
{
    private const byte FormatVersion = 1;
    private const string SectionName = "ports";
    private const string MemoryName = "world";
    private const int Fields = 17;

    public static bool IsOne(ISnapshotSource snapshot) => snapshot.TryReadSection(SectionName, out _);

    public static void Save(PortsWorld world, ISnapshotSink snapshot)
    {
        snapshot.WriteSection(SectionName, [FormatVersion, (byte)world.Phase]);
        PrimeaWriter writer = new();
        writer.Array(Fields);
        writer.Bytes(Encoding.UTF8.GetBytes(world.Entry));
        writer.Bytes(world.Payload.Span);
        writer.Bool(world.Founded);
        writer.Bytes(world.Operations.Span);
        writer.Unsigned(world.NextChannel);
        WriteInstances(world, writer);
        WriteEnds(world, writer);
        if (world.Current is { } message)
        {
            WriteMessage(message, writer);
            writer.Bytes(world.Running!.Id.Span);
        }
        else
        {
            writer.Null();
            writer.Null();
        }
        writer.Text(world.CurrentPort);
        writer.Unsigned((ulong)world.CurrentTicks);
        writer.Bytes(world.Steps.Span);
        writer.Array(2 * world.Hand.Count);
        foreach ((string name, PortsEndId id) in world.Hand)
        {
            writer.Text(name);
            WriteId(id, writer);
        }
        writer.Bytes(world.Output);
        writer.Bytes(Encoding.UTF8.GetBytes(world.Events.Text));
        writer.Unsigned((ulong)world.Events.Dropped);
        writer.Unsigned((ulong)world.MessageCount);
        snapshot.WriteMemory(MemoryName, writer.Span, []);
    }

    /// <exception cref="SnapshotFormatException">It is broken, over a limit, or not of this program.</exception>
    public static PortsWorld Restore(ISnapshotSource snapshot, PrimeaProgram program)
    {
        try
        {
            PortsWorld world = Read(snapshot, program.Limits);
            PortsCheck.Check(world);
            return world.HeldBytes <= Math.Min(PortsLimits.HeldBytesMax, program.HeldBytesMax)
                ? world
                : throw new PrimeaFormatException($"it holds {world.HeldBytes} bytes");
        }
        catch (PrimeaFormatException broken)
        {
            throw new SnapshotFormatException($"The saved world is broken: {broken.Message}.");
        }
    }

    /// <exception cref="SnapshotFormatException">The snapshot is not one of this engine's.</exception>
    public static string Describe(ISnapshotSource snapshot)
    {
        PortsWorld world;
        try
        {
            world = Read(snapshot, VmLimits.Default);
            PortsCheck.Check(world);
        }
        catch (PrimeaFormatException broken)
        {
            throw new SnapshotFormatException($"The saved world is broken: {broken.Message}.");
        }
        StringBuilder text = new();
        text.Append(NumberFormatInfo.InvariantInfo, $"phase {world.Phase}\n");
        text.Append(NumberFormatInfo.InvariantInfo, $"messages that wait {world.MessageCount}\n");
        foreach (PortsInstance instance in world.Instances.Values)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"instance {instance.Id} type {instance.Type} ");
            text.Append(NumberFormatInfo.InvariantInfo, $"ticks {instance.Ticks}, {instance.Storage.Count} items\n");
            foreach ((string name, PortsEndId id) in instance.Ports)
            {
                PortsEnd peer = world.Ends[id.Peer()];
                text.Append(NumberFormatInfo.InvariantInfo, $"  port {name} to {peer.Place} {peer.Holder}\n");
            }
        }
        return text.ToString();
    }

    private static PortsWorld Read(ISnapshotSource snapshot, VmLimits limits)
    {
        if (!snapshot.TryReadSection(SectionName, out ReadOnlyMemory<byte> section) || section.Length != 2
            || section.Span[0] != FormatVersion || section.Span[1] > (byte)PrimeaPhase.TooLarge)
        {
            throw new PrimeaFormatException($"the section '{SectionName}' is missing or not version {FormatVersion}");
        }
        long bytes = snapshot.GetMemoryBytes(MemoryName);
        if (bytes < 0 || bytes > Math.Min(limits.SnapshotBytesMax, Array.MaxLength))
        {
            throw new PrimeaFormatException($"the memory '{MemoryName}' is missing or too large ({bytes} bytes)");
        }
        byte[] memory = new byte[bytes];
        snapshot.ReadMemory(MemoryName, memory);
        PortsWorld world = new() { Phase = (PrimeaPhase)section.Span[1] };
        PrimeaReader reader = new(memory);
        reader.ExpectArray(Fields);
        world.Entry = Encoding.UTF8.GetString(reader.ReadBytes(4 * PrimeaSnapshot.EntryCharsMax));
        world.Payload = reader.ReadBytes(limits.PayloadBytesMax).ToArray();
        world.Founded = reader.ReadBool();
        world.Operations = reader.ReadBytes(int.MaxValue).ToArray();
        PrimeaScripts.CheckOperationRow(world.Operations.Span, PrimeaModel.Ports);
        world.NextChannel = reader.ReadUnsigned(PrimeaLimits.NumberMax);
        ReadInstances(world, ref reader);
        ReadEnds(world, ref reader);
        world.Current = reader.TryReadNull() ? null : ReadMessage(ref reader);
        ReadRunning(world, ref reader);
        world.CurrentPort = reader.ReadText(PrimeaLimits.NameBytesMax);
        world.CurrentTicks = reader.ReadAmount(PrimeaLimits.NumberMax);
        world.Steps = reader.ReadBytes(int.MaxValue).ToArray();
        PrimeaScripts.CheckStepRow(world.Steps.Span, PrimeaUse.Ports);
        int hand = reader.ReadArray();
        for (int i = 0; i < hand; i += 2)
        {
            if (!world.Hand.TryAdd(PrimeaScripts.ReadName(ref reader), ReadId(ref reader)))
            {
                throw reader.Bad("a name is in the hand twice");
            }
        }
        world.Output = reader.ReadBytes(limits.PayloadBytesMax).ToArray();
        string events = Encoding.UTF8.GetString(reader.ReadBytes(PrimeaLimits.LogBytesMax));
        world.Events.Restore(events, reader.ReadAmount(long.MaxValue));
        world.MessageCount = reader.ReadCount(PortsLimits.MessagesMax);
        reader.ExpectEnd();
        return world;
    }

    private static void ReadRunning(PortsWorld world, ref PrimeaReader reader)
    {
        PortsInstance? running = null;
        bool runs = !reader.TryReadNull();
        if (runs != (world.Current is not null)
            || (runs && !world.Instances.TryGetValue(reader.ReadHash(), out running))
            || world.Current is { Deletion: true })
        {
            throw reader.Bad("the message being handled has no receiver");
        }
        world.Running = running;
    }

    private static void WriteInstances(PortsWorld world, PrimeaWriter writer)
    {
        writer.Array(world.Instances.Count);
        foreach (PortsInstance instance in world.Instances.Values)
        {
            writer.Array(8);
            writer.Bytes(instance.Id.Span);
            writer.Unsigned(instance.Type);
            writer.Unsigned(instance.Nonce);
            writer.Unsigned((ulong)instance.Ticks);
            writer.Unsigned(instance.NextOrder);
            writer.Array(2 * instance.Ports.Count);
            foreach ((string name, PortsEndId id) in instance.Ports)
            {
                writer.Text(name);
                WriteId(id, writer);
            }
            WriteMessages(instance.Arrivals, writer);
            writer.Array(instance.Storage.Count);
            foreach (byte[] item in instance.Storage)
            {
                writer.Raw(item);
            }
        }
    }

    private static void ReadInstances(PortsWorld world, ref PrimeaReader reader)
    {
        int count = reader.ReadArray();
        for (int i = 0; i < count; i++)
        {
            reader.ExpectArray(8);
            PrimeaHash id = reader.ReadHash();
            PortsInstance instance = new(id, reader.ReadUnsigned(PrimeaLimits.NumberMax))
            {
                Nonce = reader.ReadUnsigned(PrimeaLimits.NumberMax),
                Ticks = reader.ReadAmount(PrimeaLimits.NumberMax),
                NextOrder = reader.ReadUnsigned(PrimeaLimits.NumberMax),
            };
            int ports = reader.ReadArray();
            for (int port = 0; port < ports; port += 2)
            {
                if (!instance.Ports.TryAdd(PrimeaScripts.ReadName(ref reader), ReadId(ref reader)))
                {
                    throw reader.Bad("a port is there twice");
                }
            }
            ReadMessages(instance.Arrivals, ref reader);
            int items = reader.ReadArray();
            for (int item = 0; item < items; item++)
            {
                instance.Storage.Add(reader.ReadItem().ToArray());
                instance.StorageBytes += instance.Storage[^1].Length + PrimeaActor.ItemBytes;
            }
            if (world.Instances.Count == PortsLimits.InstancesMax || !world.Instances.TryAdd(id, instance))
            {
                throw reader.Bad("an instance is there twice, or there are too many");
            }
        }
    }

    private static void WriteEnds(PortsWorld world, PrimeaWriter writer)
    {
        writer.Array(world.Ends.Count);
        foreach (PortsEnd end in world.Ends.Values)
        {
            writer.Array(7);
            WriteId(end.Id, writer);
            writer.Unsigned((ulong)end.Place);
            writer.Bytes(end.Holder.Span);
            writer.Text(end.Name);
            writer.Unsigned(end.Order);
            writer.Unsigned((ulong)end.DeadSince);
            WriteMessages(end.Messages, writer);
        }
    }

    private static void ReadEnds(PortsWorld world, ref PrimeaReader reader)
    {
        int count = reader.ReadArray();
        for (int i = 0; i < count; i++)
        {
            reader.ExpectArray(7);
            PortsEnd end = new(ReadId(ref reader))
            {
                Place = (PortsPlace)reader.ReadUnsigned((ulong)PortsPlace.Dead),
                Holder = reader.ReadHash(),
                Name = reader.ReadText(PrimeaLimits.NameBytesMax),
                Order = reader.ReadUnsigned(PrimeaLimits.NumberMax),
                DeadSince = reader.ReadAmount(PrimeaLimits.NumberMax),
            };
            ReadMessages(end.Messages, ref reader);
            if (world.Ends.Count == 2 * PortsLimits.ChannelsMax || !world.Ends.TryAdd(end.Id, end))
            {
                throw reader.Bad("an end is there twice, or there are too many");
            }
        }
    }

    private static void WriteMessages(Queue<PortsMessage> messages, PrimeaWriter writer)
    {
        writer.Array(messages.Count);
        foreach (PortsMessage message in messages)
        {
            WriteMessage(message, writer);
        }
    }

    private static void ReadMessages(Queue<PortsMessage> messages, ref PrimeaReader reader)
    {
        int count = reader.ReadArray();
        for (int i = 0; i < count; i++)
        {
            messages.Enqueue(ReadMessage(ref reader));
        }
    }

    private static void WriteMessage(PortsMessage message, PrimeaWriter writer)
    {
        writer.Array(5);
        writer.Bool(message.Deletion);
        writer.Unsigned((ulong)message.FromTicks);
        writer.Text(message.Label);
        writer.Bytes(message.Script.Span);
        writer.Array(message.Ports.Count);
        foreach (PortsEndId id in message.Ports)
        {
            WriteId(id, writer);
        }
    }

    private static PortsMessage ReadMessage(ref PrimeaReader reader)
    {
        reader.ExpectArray(5);
        bool deletion = reader.ReadBool();
        long fromTicks = reader.ReadAmount(PrimeaLimits.NumberMax);
        string label = reader.ReadText(PrimeaLimits.NameBytesMax);
        byte[] script = reader.ReadBytes(int.MaxValue).ToArray();
        if (!deletion)
        {
            PrimeaReader check = new(script);
            PrimeaScripts.CheckScript(ref check, PrimeaUse.Ports);
            check.ExpectEnd();
        }
        PortsEndId[] ports = new PortsEndId[reader.ReadArray()];
        for (int i = 0; i < ports.Length; i++)
        {
            ports[i] = ReadId(ref reader);
        }
        return new PortsMessage(deletion, fromTicks, label, script, ports);
    }

    private static void WriteId(PortsEndId id, PrimeaWriter writer) => writer.Unsigned((2 * id.Channel) + id.Side);

    private static PortsEndId ReadId(ref PrimeaReader reader)
    {
        ulong number = reader.ReadUnsigned(2 * PrimeaLimits.NumberMax);
        return new PortsEndId(number / 2, (byte)(number % 2));
    }
}
