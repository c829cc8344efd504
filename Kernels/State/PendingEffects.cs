using System.Buffers;

namespace Granary.Kernels;

/// <summary>
/// What a turn wants to let out and has not committed yet. Under <c>undo/pending</c> and a number, in pieces, because
/// all of it can be more than a value of the tree may hold.
/// </summary>
internal sealed class PendingEffects
{
    private const int ItemsMax = 1 << 20;
    private const int BytesMax = 1 << 30;
    private const int PieceBytes = 1 << 20;
    private const string Prefix = TreeKeys.Undo + "pending";

    /// <summary>Sends and calls, without their numbers: those are given at the commit.</summary>
    public List<Envelope> Messages { get; } = [];

    /// <summary>
    /// Calls that failed at once, because they would come back to a waiting kernel; answered at the commit.
    /// </summary>
    public List<Envelope> Cycles { get; } = [];

    public List<Effect.Emit> Events { get; } = [];

    public ReadOnlyMemory<byte>? Reply { get; set; }

    /// <summary>Ports that go with the reply.</summary>
    public IReadOnlyList<Port> ReplyPorts { get; set; } = [];

    /// <summary>Timers set, and (null) removed, by name, the last wins.</summary>
    public SortedDictionary<string, KernelTimer?> Timers { get; } = new(StringComparer.Ordinal);

    /// <summary>Ports to the kernel itself made (true) and revoked (false), by grant.</summary>
    public SortedDictionary<ulong, bool> Grants { get; } = [];

    /// <summary>Payload bytes of all of them.</summary>
    public long Bytes { get; set; }

    public int Count => Messages.Count + Cycles.Count + Events.Count + Timers.Count + Grants.Count;

    public bool IsEmpty => Count == 0 && Reply is null;

    public void Clear()
    {
        Messages.Clear();
        Cycles.Clear();
        Events.Clear();
        Timers.Clear();
        Grants.Clear();
        Reply = null;
        ReplyPorts = [];
        Bytes = 0;
    }

    public void DropReply()
    {
        Bytes -= Reply?.Length ?? 0;
        Reply = null;
        ReplyPorts = [];
    }

    public void SetTimer(string name, KernelTimer? timer)
    {
        if (Timers.Remove(name, out KernelTimer? before))
        {
            Bytes -= before?.Payload.Length ?? 0;
        }
        Timers.Add(name, timer);
        Bytes += timer?.Payload.Length ?? 0;
    }

    public StateTree WriteTo(StateTree tree)
    {
        byte[] bytes = Encode();
        ulong number = 0;
        for (int start = 0; start < bytes.Length; start += PieceBytes)
        {
            int length = Math.Min(PieceBytes, bytes.Length - start);
            tree = tree.Put(TreeKeys.OfNumber(Prefix, number++), bytes.AsMemory(start, length));
        }
        return tree;
    }

    /// <exception cref="CborException">The tree holds something else.</exception>
    public static PendingEffects ReadFrom(StateTree tree)
    {
        ArrayBufferWriter<byte> bytes = new();
        foreach ((_, ReadOnlyMemory<byte> piece) in tree.Range(TreeKeys.Of(Prefix)))
        {
            if (bytes.WrittenCount > BytesMax)
            {
                throw new CborException(bytes.WrittenCount, "the pending effects are too many");
            }
            bytes.Write(piece.Span);
        }
        return bytes.WrittenCount == 0 ? new PendingEffects() : Decode(bytes.WrittenSpan);
    }

    public byte[] Encode()
    {
        using CborBuffer buffer = new(256);
        CborWriter writer = new(buffer);
        writer.WriteArray(7);
        WriteMessages(ref writer, Messages);
        WriteMessages(ref writer, Cycles);
        writer.WriteArray(2 * Events.Count);
        foreach (Effect.Emit emitted in Events)
        {
            writer.WriteText(emitted.Topic);
            writer.WriteBytes(emitted.Payload.Span);
        }
        if (Reply is { } reply)
        {
            writer.WriteBytes(reply.Span);
        }
        else
        {
            writer.WriteNull();
        }
        writer.WritePorts(ReplyPorts);
        writer.WriteArray(2 * Timers.Count);
        foreach ((string name, KernelTimer? timer) in Timers)
        {
            writer.WriteText(name);
            if (timer is null)
            {
                writer.WriteNull();
            }
            else
            {
                timer.Write(ref writer);
            }
        }
        writer.WriteArray(2 * Grants.Count);
        foreach ((ulong grant, bool made) in Grants)
        {
            writer.WriteUInt64(grant);
            writer.WriteBool(made);
        }
        return buffer.ToArray();
    }

    public static PendingEffects Decode(ReadOnlySpan<byte> bytes)
    {
        PendingEffects pending = new();
        CborReader reader = new(bytes);
        reader.ReadArray(7);
        ReadMessages(ref reader, pending, pending.Messages);
        ReadMessages(ref reader, pending, pending.Cycles);
        for (int left = ReadCount(ref reader) / 2; left > 0; left--)
        {
            Effect.Emit emitted = new(reader.ReadText(BytesMax), reader.ReadBytes(BytesMax).ToArray());
            pending.Events.Add(emitted);
            pending.Bytes += emitted.Payload.Length;
        }
        if (!reader.TryReadNull())
        {
            ReadOnlyMemory<byte> reply = reader.ReadBytes(BytesMax).ToArray();
            pending.Reply = reply;
            pending.Bytes += reply.Length;
        }
        pending.ReplyPorts = reader.ReadPorts();
        for (int left = ReadCount(ref reader) / 2; left > 0; left--)
        {
            pending.SetTimer(reader.ReadText(256), reader.TryReadNull() ? null : KernelTimer.Read(ref reader));
        }
        for (int left = ReadCount(ref reader) / 2; left > 0; left--)
        {
            pending.Grants[reader.ReadUInt64()] = reader.ReadBool();
        }
        reader.ExpectEnd();
        return pending;
    }

    private static void WriteMessages(ref CborWriter writer, List<Envelope> messages)
    {
        writer.WriteArray(messages.Count);
        foreach (Envelope message in messages)
        {
            EnvelopeCodec.Write(ref writer, message);
        }
    }

    private static void ReadMessages(ref CborReader reader, PendingEffects pending, List<Envelope> messages)
    {
        for (int left = ReadCount(ref reader); left > 0; left--)
        {
            Envelope message = EnvelopeCodec.Read(ref reader);
            if (message.Kind is MessageKind.Reply or MessageKind.Timer)
            {
                throw CborFields.Bad(ref reader, "a program sends and calls; all else is the kernel's");
            }
            messages.Add(message);
            pending.Bytes += message.Payload.Length;
        }
    }

    private static int ReadCount(ref CborReader reader)
    {
        int count = reader.ReadArray();
        return count <= ItemsMax ? count : throw CborFields.Bad(ref reader, $"{count} items are too many");
    }
}
