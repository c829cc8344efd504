using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// Envelopes as CBOR: [kind, from, from generation, number, to, entry, payload, gas, call id, status, [call chain],
/// idempotency key, trace, [port], grant, deadline].
/// </summary>
internal static class EnvelopeCodec
{
    private const int Fields = 16;

    /// <summary>
    /// Bounds that hold whatever a kernel's own limits are, so that a reader never allocates on trust.
    /// </summary>
    private const int PayloadBytesMax = KernelLimits.PayloadBytesHighest;
    private const int NameBytesMax = 256;
    private const int ChainMax = 1_024;

    public static void Write(ref CborWriter writer, Envelope envelope)
    {
        writer.WriteArray(Fields);
        writer.WriteUInt64((ulong)envelope.Kind);
        writer.WriteId(envelope.From);
        writer.WriteUInt64(envelope.FromGeneration);
        writer.WriteUInt64(envelope.Number);
        writer.WriteId(envelope.To);
        writer.WriteText(envelope.Entry);
        writer.WriteBytes(envelope.Payload.Span);
        writer.WriteInt64(envelope.Gas);
        writer.WriteUInt64(envelope.CallId);
        writer.WriteUInt64((ulong)envelope.Status);
        writer.WriteArray(envelope.CallChain.Count);
        foreach (KernelId id in envelope.CallChain)
        {
            writer.WriteId(id);
        }
        writer.WriteText(envelope.IdempotencyKey);
        writer.WriteText(envelope.Trace);
        writer.WritePorts(envelope.Ports);
        writer.WriteUInt64(envelope.Grant);
        writer.WriteTime(envelope.Deadline);
    }

    public static Envelope Read(ref CborReader reader)
    {
        reader.ReadArray(Fields);
        return new Envelope
        {
            Kind = reader.ReadEnum<MessageKind>(),
            From = reader.ReadId(),
            FromGeneration = reader.ReadUInt64(),
            Number = reader.ReadUInt64(),
            To = reader.ReadId(),
            Entry = reader.ReadText(NameBytesMax),
            Payload = reader.ReadBytes(PayloadBytesMax).ToArray(),
            Gas = ReadGas(ref reader),
            CallId = reader.ReadUInt64(),
            Status = reader.ReadEnum<ReplyStatus>(),
            CallChain = ReadChain(ref reader),
            IdempotencyKey = reader.ReadText(NameBytesMax),
            Trace = reader.ReadText(NameBytesMax),
            Ports = reader.ReadPorts(),
            Grant = reader.ReadUInt64(),
            Deadline = reader.ReadTime(),
        };
    }

    public static byte[] Encode(Envelope envelope)
    {
        using CborBuffer buffer = new(128 + envelope.Payload.Length);
        CborWriter writer = new(buffer);
        Write(ref writer, envelope);
        return buffer.ToArray();
    }

    public static Envelope Decode(ReadOnlySpan<byte> bytes)
    {
        CborReader reader = new(bytes);
        Envelope envelope = Read(ref reader);
        reader.ExpectEnd();
        return envelope;
    }

    private static long ReadGas(ref CborReader reader)
    {
        long gas = reader.ReadInt64();
        return gas >= 0 ? gas : throw CborFields.Bad(ref reader, "gas is not negative");
    }

    private static KernelId[] ReadChain(ref CborReader reader)
    {
        int count = reader.ReadArray();
        if (count > ChainMax)
        {
            throw CborFields.Bad(ref reader, $"a call chain has at most {ChainMax} kernels");
        }
        KernelId[] chain = count == 0 ? [] : new KernelId[count];
        for (int i = 0; i < count; i++)
        {
            chain[i] = reader.ReadId();
        }
        return chain;
    }
}
