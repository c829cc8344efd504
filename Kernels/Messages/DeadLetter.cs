using Granary.Vms;

namespace Granary.Kernels;

/// <summary>A message that nobody was owed a reply for and that came to nothing.</summary>
/// <param name="Time">When it was given up, in Unix milliseconds.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Reason">The same for people: trap kind, place and gas, for example.</param>
/// <param name="Tries">How often it was begun.</param>
/// <param name="Message">To this kernel when it failed here, from it when it could not be brought.</param>
public sealed record DeadLetter(long Time, ReplyStatus Status, string Reason, int Tries, Envelope Message)
{
    /// <summary>As the state tree holds it (CBOR).</summary>
    public byte[] Encode()
    {
        using CborBuffer buffer = new(192 + Message.Payload.Length);
        CborWriter writer = new(buffer);
        writer.WriteArray(5);
        writer.WriteInt64(Time);
        writer.WriteUInt64((ulong)Status);
        writer.WriteText(Reason);
        writer.WriteInt64(Tries);
        EnvelopeCodec.Write(ref writer, Message);
        return buffer.ToArray();
    }

    /// <exception cref="CborException">The bytes are no dead letter.</exception>
    public static DeadLetter Decode(ReadOnlySpan<byte> bytes)
    {
        CborReader reader = new(bytes);
        reader.ReadArray(5);
        DeadLetter letter = new(
            reader.ReadInt64(), reader.ReadEnum<ReplyStatus>(), reader.ReadText(1_024), (int)reader.ReadUInt64(),
            EnvelopeCodec.Read(ref reader));
        reader.ExpectEnd();
        return letter;
    }
}
