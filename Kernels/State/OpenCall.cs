using Granary.Vms;

namespace Granary.Kernels;

/// <summary>A call that was made. Without a status, no reply has come yet.</summary>
internal sealed record OpenCall(ReplyStatus? Status, ReadOnlyMemory<byte> Payload, long Gas)
{
    private const int Fields = 6;

    /// <summary>Ports that came with the reply.</summary>
    public IReadOnlyList<Port> Ports { get; init; } = [];

    /// <summary>When nobody waits any longer, in Unix milliseconds; null for never.</summary>
    public long? Deadline { get; init; }

    /// <summary>
    /// The program was told that time is over; the reply may still come, and with it the gas that was not used.
    /// </summary>
    public bool IsForsaken { get; init; }

    public static OpenCall Waiting(long? deadline) => new(null, default, 0) { Deadline = deadline };

    public byte[] Encode()
    {
        using CborBuffer buffer = new(32 + Payload.Length);
        CborWriter writer = new(buffer);
        writer.WriteArray(Fields);
        if (Status is { } status)
        {
            writer.WriteUInt64((ulong)status);
        }
        else
        {
            writer.WriteNull();
        }
        writer.WriteBytes(Payload.Span);
        writer.WriteInt64(Gas);
        writer.WritePorts(Ports);
        writer.WriteTime(Deadline);
        writer.WriteBool(IsForsaken);
        return buffer.ToArray();
    }

    public static OpenCall Decode(ReadOnlySpan<byte> value)
    {
        CborReader reader = new(value);
        reader.ReadArray(Fields);
        ReplyStatus? status = reader.TryReadNull() ? null : reader.ReadEnum<ReplyStatus>();
        OpenCall call = new(status, reader.ReadBytes(value.Length).ToArray(), reader.ReadInt64())
        {
            Ports = reader.ReadPorts(), Deadline = reader.ReadTime(), IsForsaken = reader.ReadBool(),
        };
        reader.ExpectEnd();
        return call;
    }
}
