using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// Journal entries as CBOR arrays whose first item is the kind. Numbers are never used again; a new field is a new
/// kind.
/// </summary>
public static class JournalCodec
{
    private const ulong BornKind = 1;
    private const ulong ReceivedKind = 2;
    private const ulong WokenKind = 3;
    private const ulong AcknowledgedKind = 4;
    private const ulong CommandedKind = 5;
    private const ulong EndedKind = 6;
    private const ulong CheckpointedKind = 7;

    private const int SiteBytesMax = 1_024;

    public static byte[] Encode(JournalEntry entry)
    {
        using CborBuffer buffer = new(192);
        CborWriter writer = new(buffer);
        switch (entry)
        {
            case JournalEntry.Born born:
                WriteBorn(ref writer, born);
                break;
            case JournalEntry.Received received:
                Begin(ref writer, 3, ReceivedKind, received.Time);
                EnvelopeCodec.Write(ref writer, received.Message);
                break;
            case JournalEntry.Woken woken:
                Begin(ref writer, 2, WokenKind, woken.Time);
                break;
            case JournalEntry.Acknowledged acknowledged:
                Begin(ref writer, 6, AcknowledgedKind, acknowledged.Time);
                writer.WriteId(acknowledged.To);
                writer.WriteUInt64(acknowledged.Generation);
                writer.WriteUInt64(acknowledged.Number);
                writer.WriteUInt64((ulong)acknowledged.Status);
                break;
            case JournalEntry.Commanded commanded:
                Begin(ref writer, 4, CommandedKind, commanded.Time);
                writer.WriteInt64(commanded.GasAt);
                CommandCodec.Write(ref writer, commanded.Command);
                break;
            case JournalEntry.Ended ended:
                WriteEnded(ref writer, ended);
                break;
            case JournalEntry.Checkpointed checkpointed:
                Begin(ref writer, 5, CheckpointedKind, checkpointed.Time);
                writer.WriteInt64(checkpointed.GasAt);
                writer.WriteHash(checkpointed.Root);
                writer.WriteHash(checkpointed.WorkRoot);
                break;
            default:
                throw new ArgumentException($"{entry.GetType().Name} is no journal entry.", nameof(entry));
        }
        return buffer.ToArray();
    }

    /// <exception cref="CborException">The bytes are no entry: what and at which offset.</exception>
    public static JournalEntry Decode(ReadOnlySpan<byte> bytes)
    {
        CborReader reader = new(bytes);
        int count = reader.ReadArray();
        ulong kind = reader.ReadUInt64();
        JournalEntry entry = (kind, count) switch
        {
            (BornKind, 8) => ReadBorn(ref reader),
            (ReceivedKind, 3) => new JournalEntry.Received(reader.ReadInt64(), EnvelopeCodec.Read(ref reader)),
            (WokenKind, 2) => new JournalEntry.Woken(reader.ReadInt64()),
            (AcknowledgedKind, 6) => new JournalEntry.Acknowledged(
                reader.ReadInt64(), reader.ReadId(), reader.ReadUInt64(), reader.ReadUInt64(),
                reader.ReadEnum<ReplyStatus>()),
            (CommandedKind, 4) => new JournalEntry.Commanded(
                reader.ReadInt64(), reader.ReadInt64(), CommandCodec.Read(ref reader)),
            (EndedKind, 8) => new JournalEntry.Ended(
                reader.ReadUInt64(), reader.ReadEnum<TurnExit>(), reader.ReadEnum<TrapKind>(),
                reader.ReadText(SiteBytesMax), reader.ReadInt64(), reader.ReadHash(), reader.ReadHash()),
            (CheckpointedKind, 5) => new JournalEntry.Checkpointed(
                reader.ReadInt64(), reader.ReadInt64(), reader.ReadHash(), reader.ReadHashOrNull()),
            _ => throw CborFields.Bad(ref reader, $"no journal entry has kind {kind} and {count} items"),
        };
        reader.ExpectEnd();
        return entry;
    }

    private static void Begin(ref CborWriter writer, int count, ulong kind, long time)
    {
        writer.WriteArray(count);
        writer.WriteUInt64(kind);
        writer.WriteInt64(time);
    }

    private static void WriteEnded(ref CborWriter writer, JournalEntry.Ended ended)
    {
        writer.WriteArray(8);
        writer.WriteUInt64(EndedKind);
        writer.WriteUInt64(ended.Input);
        writer.WriteUInt64((ulong)ended.Exit);
        writer.WriteUInt64((ulong)ended.Trap);
        writer.WriteText(ended.Site);
        writer.WriteInt64(ended.Gas);
        writer.WriteHash(ended.OutputHash);
        writer.WriteHash(ended.Effects);
    }

    private static void WriteBorn(ref CborWriter writer, JournalEntry.Born born)
    {
        Begin(ref writer, 8, BornKind, born.Time);
        writer.WriteId(born.Id);
        writer.WriteUInt64(born.Generation);
        writer.WriteEngine(born.Engine);
        writer.WriteHash(born.CodeHash);
        LimitsCodec.Write(ref writer, born.Limits);
        if (born.Origin is not { } origin)
        {
            writer.WriteNull();
            return;
        }
        writer.WriteArray(5);
        writer.WriteUInt64((ulong)origin.Kind);
        writer.WriteId(origin.Parent);
        writer.WriteUInt64(origin.Generation);
        writer.WriteUInt64(origin.Position);
        writer.WriteHash(origin.Chain);
    }

    private static JournalEntry.Born ReadBorn(ref CborReader reader)
    {
        long time = reader.ReadInt64();
        KernelId id = reader.ReadId();
        ulong generation = reader.ReadUInt64();
        EngineId engine = reader.ReadEngine();
        Hash codeHash = reader.ReadHash();
        KernelLimits limits = LimitsCodec.Read(ref reader);
        KernelOrigin? origin = null;
        if (!reader.TryReadNull())
        {
            reader.ReadArray(5);
            origin = new KernelOrigin(
                reader.ReadEnum<OriginKind>(), reader.ReadId(), reader.ReadUInt64(), reader.ReadUInt64(),
                reader.ReadHash());
        }
        return new JournalEntry.Born(id, generation, time, engine, codeHash, limits, origin);
    }
}
