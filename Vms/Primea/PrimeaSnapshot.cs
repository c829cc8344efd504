using System.Globalization;
using System.Text;

namespace Granary.Vms.Primea;

/// <summary>
/// A machine as bytes: the section <c>state</c> with version and phase, and in mid-run the memory <c>run</c> with one
/// CBOR array of all the rest. Bytes of the same state are the same.
/// </summary>
internal static class PrimeaSnapshot
{
    public const int EntryCharsMax = 64;

    private const byte FormatVersion = 1;
    private const string SectionName = "state";
    private const string MemoryName = "run";
    private const int Fields = 15;

    public static void Save(PrimeaState state, ISnapshotSink snapshot)
    {
        snapshot.WriteSection(SectionName, [FormatVersion, (byte)state.Phase]);
        if (state.Phase == PrimeaPhase.Idle)
        {
            return;
        }
        PrimeaWriter writer = new();
        writer.Array(Fields);
        writer.Bytes(Encoding.UTF8.GetBytes(state.Entry));
        writer.Bytes(state.Payload.Span);
        writer.Bool(state.Founding);
        state.World.Write(writer);
        writer.Bytes(state.Operations.Span);
        writer.Unsigned(state.Sequence);
        WriteQueue(state, writer);
        WriteLoaded(state, writer);
        WriteCurrent(state, writer);
        writer.Unsigned((ulong)state.CurrentTicks);
        writer.Bytes(state.Steps.Span);
        writer.Array(state.Releases.Count);
        foreach (PrimeaHash link in state.Releases)
        {
            writer.Bytes(link.Span);
        }
        writer.Bytes(state.Output);
        writer.Bytes(Encoding.UTF8.GetBytes(state.Events.Text));
        writer.Unsigned((ulong)state.Events.Dropped);
        snapshot.WriteMemory(MemoryName, writer.Span, []);
    }

    /// <exception cref="SnapshotFormatException">It is broken, over a limit, or not of this program.</exception>
    public static PrimeaState Restore(ISnapshotSource snapshot, PrimeaProgram program)
    {
        PrimeaState state = new() { Phase = ReadPhase(snapshot) };
        if (state.Phase == PrimeaPhase.Idle)
        {
            return state;
        }
        byte[] memory = ReadMemory(snapshot, program.Limits.SnapshotBytesMax);
        try
        {
            Read(state, memory, program);
            return state;
        }
        catch (PrimeaFormatException broken)
        {
            throw new SnapshotFormatException($"The saved world is broken: {broken.Message}.");
        }
    }

    /// <exception cref="SnapshotFormatException">The snapshot is not one of this engine's.</exception>
    public static string Describe(ISnapshotSource snapshot)
    {
        PrimeaPhase phase = ReadPhase(snapshot);
        StringBuilder text = new();
        text.Append(NumberFormatInfo.InvariantInfo, $"phase {phase}\n");
        if (phase == PrimeaPhase.Idle)
        {
            text.Append("the world is in the data: world, n/ and names, m/ and modules, b/ and blocks\n");
            return text.ToString();
        }
        PrimeaState state = new() { Phase = phase };
        try
        {
            Read(state, ReadMemory(snapshot, int.MaxValue), program: null);
        }
        catch (PrimeaFormatException broken)
        {
            throw new SnapshotFormatException($"The saved world is broken: {broken.Message}.");
        }
        text.Append(NumberFormatInfo.InvariantInfo, $"entry {state.Entry}\n");
        text.Append(NumberFormatInfo.InvariantInfo, $"counter {state.World.Nonce}\n");
        text.Append(NumberFormatInfo.InvariantInfo, $"messages that wait {state.Queue.Count}\n");
        foreach (PrimeaActor actor in state.Loaded.Values)
        {
            text.Append(NumberFormatInfo.InvariantInfo,
                $"actor {actor.Id} type {actor.Type} ticks {actor.Ticks} nonce {actor.Nonce}, ");
            text.Append(NumberFormatInfo.InvariantInfo, $"{actor.Storage.Count} items\n");
        }
        if (state.Current is { } message)
        {
            text.Append(NumberFormatInfo.InvariantInfo,
                $"handling \"{message.Label}\" to {message.To}, gas left {message.GasLeft}\n");
        }
        return text.ToString();
    }

    private static PrimeaPhase ReadPhase(ISnapshotSource snapshot)
    {
        if (!snapshot.TryReadSection(SectionName, out ReadOnlyMemory<byte> section))
        {
            throw new SnapshotFormatException($"The snapshot has no section '{SectionName}'.");
        }
        if (section.Length != 2 || section.Span[0] != FormatVersion)
        {
            throw new SnapshotFormatException($"The section '{SectionName}' is not of version {FormatVersion}.");
        }
        PrimeaPhase phase = (PrimeaPhase)section.Span[1];
        return phase <= PrimeaPhase.TooLarge
            ? phase
            : throw new SnapshotFormatException($"There is no phase {(byte)phase}.");
    }

    private static byte[] ReadMemory(ISnapshotSource snapshot, long bytesMax)
    {
        long bytes = snapshot.GetMemoryBytes(MemoryName);
        if (bytes < 0 || bytes > Math.Min(bytesMax, Array.MaxLength))
        {
            throw new SnapshotFormatException($"The memory '{MemoryName}' is missing or too large ({bytes} bytes).");
        }
        byte[] memory = new byte[bytes];
        snapshot.ReadMemory(MemoryName, memory);
        return memory;
    }

    private static void Read(PrimeaState state, ReadOnlyMemory<byte> memory, PrimeaProgram? program)
    {
        PrimeaReader reader = new(memory.Span);
        reader.ExpectArray(Fields);
        PrimeaUse use = PrimeaUse.Actors;
        state.Entry = Encoding.UTF8.GetString(reader.ReadBytes(4 * EntryCharsMax));
        state.Payload = reader.ReadBytes(program?.Limits.PayloadBytesMax ?? int.MaxValue).ToArray();
        state.Founding = reader.ReadBool();
        state.World = PrimeaWorld.Read(ref reader);
        state.Operations = reader.ReadBytes(int.MaxValue).ToArray();
        PrimeaScripts.CheckOperationRow(state.Operations.Span, PrimeaModel.Actors);
        state.Sequence = reader.ReadUnsigned();
        ReadQueue(state, ref reader, use);
        ReadLoaded(state, ref reader);
        state.Current = reader.TryReadNull() ? null : ReadMessage(ref reader, use);
        state.CurrentTicks = reader.ReadAmount(PrimeaLimits.NumberMax);
        state.Steps = reader.ReadBytes(int.MaxValue).ToArray();
        PrimeaScripts.CheckStepRow(state.Steps.Span, use);
        ReadReleases(state, ref reader);
        state.Output = reader.ReadBytes(program?.Limits.PayloadBytesMax ?? int.MaxValue).ToArray();
        string events = Encoding.UTF8.GetString(reader.ReadBytes(program?.LogBytesMax ?? int.MaxValue));
        state.Events.Restore(events, reader.ReadAmount(long.MaxValue));
        reader.ExpectEnd();
        if (state.Current is { } message && (message.Egress || !state.Loaded.ContainsKey(message.To)))
        {
            throw reader.Bad("the receiver of the message being handled is not loaded");
        }
        state.HeldBytes = Held(state);
        if (program is not null && state.HeldBytes > program.HeldBytesMax)
        {
            throw reader.Bad($"messages and storage have {state.HeldBytes} bytes, over {program.HeldBytesMax}");
        }
    }

    private static long Held(PrimeaState state)
    {
        long bytes = state.Current?.HeldBytes ?? 0;
        foreach ((PrimeaMessage message, PrimeaPlace _) in state.Queue.UnorderedItems)
        {
            bytes += message.HeldBytes;
        }
        foreach (PrimeaActor actor in state.Loaded.Values)
        {
            bytes += actor.StorageBytes + PrimeaActor.FixedBytes;
        }
        return bytes;
    }

    private static void WriteQueue(PrimeaState state, PrimeaWriter writer)
    {
        writer.Array(state.Queue.Count);
        foreach ((PrimeaMessage message, PrimeaPlace _) in state.Queue.UnorderedItems.OrderBy(item => item.Priority))
        {
            WriteMessage(message, writer);
        }
    }

    private static void ReadQueue(PrimeaState state, ref PrimeaReader reader, PrimeaUse use)
    {
        int count = reader.ReadArray();
        if (count > PrimeaLimits.QueueMessagesMax)
        {
            throw reader.Bad($"{count} messages wait, over {PrimeaLimits.QueueMessagesMax}");
        }
        for (int i = 0; i < count; i++)
        {
            PrimeaMessage message = ReadMessage(ref reader, use);
            state.Queue.Enqueue(message, message.Place);
        }
    }

    private static void WriteCurrent(PrimeaState state, PrimeaWriter writer)
    {
        if (state.Current is { } message)
        {
            WriteMessage(message, writer);
        }
        else
        {
            writer.Null();
        }
    }

    private static void WriteMessage(PrimeaMessage message, PrimeaWriter writer)
    {
        writer.Array(9);
        writer.Bool(message.Egress);
        writer.Bytes(message.To.Span);
        writer.Bytes(message.From.Span);
        writer.Unsigned((ulong)message.FromTicks);
        writer.Unsigned((ulong)message.Gas);
        writer.Unsigned((ulong)(message.Gas - message.GasLeft));
        writer.Text(message.Label);
        writer.Bytes(message.Body.Span);
        writer.Unsigned(message.Sequence);
    }

    private static PrimeaMessage ReadMessage(ref PrimeaReader reader, PrimeaUse use)
    {
        reader.ExpectArray(9);
        bool egress = reader.ReadBool();
        PrimeaHash to = reader.ReadHash();
        PrimeaHash from = reader.ReadHash();
        long fromTicks = reader.ReadAmount(PrimeaLimits.NumberMax);
        long gas = reader.ReadAmount(PrimeaLimits.NumberMax);
        long spent = reader.ReadAmount(2 * PrimeaLimits.NumberMax);
        string label = reader.ReadText(PrimeaLimits.NameBytesMax);
        byte[] body = reader.ReadBytes(int.MaxValue).ToArray();
        if (!egress)
        {
            PrimeaReader script = new(body);
            PrimeaScripts.CheckScript(ref script, use);
            script.ExpectEnd();
        }
        return new PrimeaMessage
        {
            Egress = egress, To = to, From = from, FromTicks = fromTicks, Gas = gas, GasLeft = gas - spent,
            Label = label, Body = body, Sequence = reader.ReadUnsigned(),
        };
    }

    private static void WriteLoaded(PrimeaState state, PrimeaWriter writer)
    {
        writer.Array(state.Loaded.Count);
        foreach (PrimeaActor actor in state.Loaded.Values)
        {
            writer.Array(7);
            writer.Bytes(actor.Id.Span);
            writer.Unsigned(actor.Type);
            writer.Unsigned(actor.Nonce);
            writer.Unsigned((ulong)actor.Ticks);
            writer.Bool(actor.StorageChanged);
            writer.Bool(actor.NonceChanged);
            writer.Array(2 * actor.Storage.Count);
            foreach (PrimeaItem item in actor.Storage)
            {
                writer.Bool(item.Owned);
                writer.Raw(item.Content);
            }
        }
    }

    private static void ReadLoaded(PrimeaState state, ref PrimeaReader reader)
    {
        int count = reader.ReadArray();
        for (int i = 0; i < count; i++)
        {
            reader.ExpectArray(7);
            PrimeaActor actor = new()
            {
                Id = reader.ReadHash(),
                Type = reader.ReadUnsigned(PrimeaLimits.NumberMax),
                Nonce = reader.ReadUnsigned(PrimeaLimits.NumberMax),
                Ticks = reader.ReadAmount(PrimeaLimits.NumberMax),
                StorageChanged = reader.ReadBool(),
                NonceChanged = reader.ReadBool(),
            };
            int items = reader.ReadArray();
            for (int j = 0; j < items; j += 2)
            {
                bool owned = reader.ReadBool();
                byte[] content = reader.ReadItem().ToArray();
                actor.Storage.Add(new PrimeaItem(content, owned));
                actor.StorageBytes += content.Length + PrimeaActor.ItemBytes;
            }
            if (items > 2 * PrimeaLimits.StorageItemsMax || !state.Loaded.TryAdd(actor.Id, actor))
            {
                throw reader.Bad("an actor is loaded twice, or has too many items");
            }
        }
    }

    private static void ReadReleases(PrimeaState state, ref PrimeaReader reader)
    {
        // Written from the top of the stack down.
        PrimeaHash[] links = new PrimeaHash[reader.ReadArray()];
        for (int i = links.Length - 1; i >= 0; i--)
        {
            links[i] = reader.ReadHash();
        }
        foreach (PrimeaHash link in links)
        {
            state.Releases.Push(link);
        }
    }
}
