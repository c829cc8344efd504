namespace Granary.Kernels;

/// <summary>A message that a kernel gets from its own clock.</summary>
/// <param name="Due">When it fires next, in Unix milliseconds.</param>
/// <param name="Period">Milliseconds from one time to the next; 0 when it fires once.</param>
/// <param name="Entry">The entry point; empty for the program's first.</param>
/// <param name="Payload">What the message holds.</param>
/// <param name="Gas">The budget of each message.</param>
public sealed record KernelTimer(long Due, long Period, string Entry, ReadOnlyMemory<byte> Payload, long Gas)
{
    /// <summary>No timer waits longer, and no period is longer: ten years.</summary>
    public const long MillisecondsMax = 10L * 365 * 24 * 3_600 * 1_000;

    internal void Write(ref CborWriter writer)
    {
        writer.WriteArray(5);
        writer.WriteInt64(Due);
        writer.WriteInt64(Period);
        writer.WriteText(Entry);
        writer.WriteBytes(Payload.Span);
        writer.WriteInt64(Gas);
    }

    internal static KernelTimer Read(ref CborReader reader)
    {
        reader.ReadArray(5);
        KernelTimer timer = new(
            reader.ReadInt64(), reader.ReadInt64(), reader.ReadText(256),
            reader.ReadBytes(KernelLimits.PayloadBytesHighest).ToArray(), reader.ReadInt64());
        return timer.Period >= 0 && timer.Gas >= 0
            ? timer
            : throw CborFields.Bad(ref reader, "a timer's period and gas are not negative");
    }

    /// <summary>As the state tree holds it (CBOR).</summary>
    public byte[] Encode()
    {
        using CborBuffer buffer = new(48 + Payload.Length);
        CborWriter writer = new(buffer);
        Write(ref writer);
        return buffer.ToArray();
    }

    /// <exception cref="CborException">The bytes are no timer.</exception>
    public static KernelTimer Decode(ReadOnlySpan<byte> bytes)
    {
        CborReader reader = new(bytes);
        KernelTimer timer = Read(ref reader);
        reader.ExpectEnd();
        return timer;
    }
}
