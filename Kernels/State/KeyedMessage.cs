using Granary.Vms;

namespace Granary.Kernels;

/// <summary>A client's message that was taken under a key, and its reply once it has one.</summary>
public sealed record KeyedMessage(
    string Key, bool Done, ReplyStatus Status, ReadOnlyMemory<byte> Payload, long GasUsed, ulong Outcome, Hash Chain)
{
    internal byte[] Encode()
    {
        using CborBuffer buffer = new(96 + Payload.Length);
        CborWriter writer = new(buffer);
        writer.WriteArray(7);
        writer.WriteText(Key);
        writer.WriteBool(Done);
        writer.WriteUInt64((ulong)Status);
        writer.WriteBytes(Payload.Span);
        writer.WriteInt64(GasUsed);
        writer.WriteUInt64(Outcome);
        writer.WriteHash(Chain);
        return buffer.ToArray();
    }

    internal static KeyedMessage Decode(ReadOnlySpan<byte> value)
    {
        CborReader reader = new(value);
        reader.ReadArray(7);
        KeyedMessage keyed = new(
            reader.ReadText(KernelLimits.IdempotencyKeyCharsMax * 4), reader.ReadBool(), reader.ReadEnum<ReplyStatus>(),
            reader.ReadBytes(value.Length).ToArray(), reader.ReadInt64(), reader.ReadUInt64(), reader.ReadHash());
        reader.ExpectEnd();
        return keyed;
    }
}
