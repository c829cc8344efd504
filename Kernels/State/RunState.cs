namespace Granary.Kernels;

/// <summary>Where a kernel stands in handling messages; the value of <c>meta/run</c>.</summary>
internal sealed record RunState
{
    private const int Fields = 29;

    /// <summary>Idle, running, sleeping, receiving or awaiting.</summary>
    public KernelStatus Phase { get; set; }

    /// <summary>The phase at the last commit: where undoing goes back to.</summary>
    public KernelStatus CommitPhase { get; set; }

    /// <summary>
    /// The message being handled; null when none is (idle, or a program that only goes on by itself).
    /// </summary>
    public Handling? Message { get; set; }

    /// <summary>The reply to it has been given, in a turn that is committed.</summary>
    public bool Replied { get; set; }

    /// <summary>Gas left of its budget.</summary>
    public long GasLeft { get; set; }

    /// <summary>Gas used for it, without what came back from calls.</summary>
    public long GasUsed { get; set; }

    /// <summary>When a sleep or a timeout is over, in Unix milliseconds.</summary>
    public long? WakeAt { get; set; }

    /// <summary>As <see cref="WakeAt"/>, at the last commit.</summary>
    public long? CommitWakeAt { get; set; }

    public ulong AwaitedCall { get; set; }

    /// <summary>What it waited for in time is over; it goes on when the outbox has room.</summary>
    public bool IsDue { get; set; }

    /// <summary>Ports that came with the last message or reply.</summary>
    public IReadOnlyList<Port> Arrived { get; set; } = [];

    /// <summary>The position of the message that was begun last, and how often.</summary>
    public ulong TriedInput { get; set; }

    public int Tries { get; set; }

    /// <summary>The position of the entry that began the turn.</summary>
    public ulong TurnInput { get; set; }

    /// <summary>The time that the program sees: of the last input when the turn began. Never goes back.</summary>
    public long TurnTime { get; set; }

    public long TurnGas { get; set; }

    /// <summary>
    /// Messages in the outbox when the turn began. Those that are acknowledged meanwhile make no room before the next
    /// turn: when they came is not part of the turn.
    /// </summary>
    public int OutboxCount { get; set; }

    /// <summary>Payload bytes of these messages.</summary>
    public long OutboxBytes { get; set; }

    /// <summary>Digest of the turn's effects so far.</summary>
    public Hash Effects { get; set; }

    /// <summary>Random numbers drawn in this turn.</summary>
    public ulong RandomDrawn { get; set; }

    public byte[] Encode()
    {
        using CborBuffer buffer = new(256);
        CborWriter writer = new(buffer);
        writer.WriteArray(Fields);
        writer.WriteUInt64((ulong)Phase);
        writer.WriteUInt64((ulong)CommitPhase);
        Handling message = Message ?? Handling.None;
        writer.WriteBool(Message is not null);
        writer.WriteUInt64(message.Position);
        writer.WriteUInt64((ulong)message.Kind);
        writer.WriteId(message.From);
        writer.WriteUInt64(message.FromGeneration);
        writer.WriteUInt64(message.CallId);
        writer.WriteArray(message.CallChain.Count);
        foreach (KernelId id in message.CallChain)
        {
            writer.WriteId(id);
        }
        writer.WriteText(message.Trace);
        writer.WriteTime(message.Deadline);
        writer.WriteUInt64(message.FiredCount);
        writer.WriteBool(Replied);
        writer.WriteInt64(GasLeft);
        writer.WriteInt64(GasUsed);
        writer.WriteTime(WakeAt);
        writer.WriteTime(CommitWakeAt);
        writer.WriteUInt64(AwaitedCall);
        writer.WriteBool(IsDue);
        writer.WritePorts(Arrived);
        writer.WriteUInt64(TriedInput);
        writer.WriteInt64(Tries);
        writer.WriteUInt64(TurnInput);
        writer.WriteInt64(TurnTime);
        writer.WriteInt64(TurnGas);
        writer.WriteInt64(OutboxCount);
        writer.WriteInt64(OutboxBytes);
        writer.WriteHash(Effects);
        writer.WriteUInt64(RandomDrawn);
        return buffer.ToArray();
    }

    public static RunState Decode(ReadOnlySpan<byte> bytes)
    {
        CborReader reader = new(bytes);
        reader.ReadArray(Fields);
        RunState run = new() { Phase = ReadPhase(ref reader), CommitPhase = ReadPhase(ref reader) };
        bool handling = reader.ReadBool();
        Handling message = new(
            reader.ReadUInt64(), reader.ReadEnum<MessageKind>(), reader.ReadId(), reader.ReadUInt64(),
            reader.ReadUInt64(), ReadChain(ref reader), reader.ReadText(KernelLimits.TraceCharsMax),
            reader.ReadTime(), reader.ReadUInt64());
        run.Message = handling ? message : null;
        run.Replied = reader.ReadBool();
        run.GasLeft = ReadAmount(ref reader);
        run.GasUsed = ReadAmount(ref reader);
        run.WakeAt = reader.ReadTime();
        run.CommitWakeAt = reader.ReadTime();
        run.AwaitedCall = reader.ReadUInt64();
        run.IsDue = reader.ReadBool();
        run.Arrived = reader.ReadPorts();
        run.TriedInput = reader.ReadUInt64();
        run.Tries = (int)Math.Min(ReadAmount(ref reader), int.MaxValue);
        run.TurnInput = reader.ReadUInt64();
        run.TurnTime = reader.ReadInt64();
        run.TurnGas = ReadAmount(ref reader);
        run.OutboxCount = (int)Math.Min(ReadAmount(ref reader), int.MaxValue);
        run.OutboxBytes = ReadAmount(ref reader);
        run.Effects = reader.ReadHash();
        run.RandomDrawn = reader.ReadUInt64();
        reader.ExpectEnd();
        return run;
    }

    private static KernelStatus ReadPhase(ref CborReader reader)
    {
        KernelStatus phase = reader.ReadEnum<KernelStatus>();
        return phase <= KernelStatus.Awaiting
            ? phase
            : throw CborFields.Bad(ref reader, $"{phase} is nothing that a turn does");
    }

    private static long ReadAmount(ref CborReader reader)
    {
        long amount = reader.ReadInt64();
        return amount >= 0 ? amount : throw CborFields.Bad(ref reader, "an amount is not negative");
    }

    private static KernelId[] ReadChain(ref CborReader reader)
    {
        KernelId[] chain = new KernelId[reader.ReadArray()];
        for (int i = 0; i < chain.Length; i++)
        {
            chain[i] = reader.ReadId();
        }
        return chain;
    }
}

/// <summary>What must be known of a message to the end of its handling.</summary>
internal sealed record Handling(
    ulong Position, MessageKind Kind, KernelId From, ulong FromGeneration, ulong CallId,
    IReadOnlyList<KernelId> CallChain, string Trace, long? Deadline, ulong FiredCount)
{
    public static Handling None { get; } = new(0, MessageKind.Send, KernelId.Client, 0, 0, [], "", null, 0);

    public static Handling Of(ulong position, Envelope message) =>
        new(position, message.Kind, message.From, message.FromGeneration, message.CallId, message.CallChain,
            message.Trace, message.Deadline, message.Kind == MessageKind.Timer ? message.Number : 0);
}
