using System.Buffers.Binary;

namespace Granary.Vms.Mcs51;

/// <summary>How a host call of a contract ended.</summary>
internal enum Mcs51ApiOutcome
{
    /// <summary>Results are written back.</summary>
    Answered,

    /// <summary>Nothing is written back; the contract sees a length of zero.</summary>
    Refused,

    /// <summary>The whole run is aborted.</summary>
    Fatal,

    /// <summary>The message's gas does not cover it.</summary>
    OutOfGas,

    /// <summary>A size is over a limit of this system.</summary>
    LimitExceeded,
}

/// <param name="Steps">Added to the steps, beside the call's own.</param>
internal readonly record struct Mcs51ApiResult(Mcs51ApiOutcome Outcome, long Steps, IReadOnlyList<byte[]> Values)
{
    public static Mcs51ApiResult Refused { get; } = new(Mcs51ApiOutcome.Refused, 0, []);

    public static Mcs51ApiResult Answer(params IReadOnlyList<byte[]> values) =>
        new(Mcs51ApiOutcome.Answered, 0, values);

    public static Mcs51ApiResult Of(Mcs51ApiOutcome outcome) => new(outcome, 0, []);

    /// <summary>What the host said, when it was neither done nor not found.</summary>
    public static Mcs51ApiResult Of(HostStatus status) =>
        Of(status == HostStatus.LimitExceeded ? Mcs51ApiOutcome.LimitExceeded : Mcs51ApiOutcome.OutOfGas);
}

/// <summary>
/// The communication buffer: a total length, then items of a length and their bytes; all little-endian.
/// </summary>
internal static class Mcs51Request
{
    private const int LengthBytes = 2;

    /// <summary>The items, or null when the frame is not right.</summary>
    public static List<byte[]>? Read(ReadOnlySpan<byte> xdata)
    {
        ReadOnlySpan<byte> buffer = xdata[Mcs51Layout.Buffer..];
        int left = BinaryPrimitives.ReadUInt16LittleEndian(buffer);
        if (left is 0 or >= Mcs51Layout.BufferBytes)
        {
            return null;
        }
        List<byte[]> items = [];
        int at = LengthBytes;
        while (left > 0)
        {
            // The total may end inside an item's length; the last byte of memory bounds everything.
            int length = at + LengthBytes <= buffer.Length ? BinaryPrimitives.ReadUInt16LittleEndian(buffer[at..]) : 0;
            if (length == 0 || length + LengthBytes > left || at + LengthBytes + length > buffer.Length)
            {
                return null;
            }
            items.Add(buffer.Slice(at + LengthBytes, length).ToArray());
            at += LengthBytes + length;
            left -= LengthBytes + length;
        }
        return items;
    }

    /// <summary>Clears the buffer and writes what was answered, unless it is too much.</summary>
    public static void Answer(Span<byte> xdata, in Mcs51ApiResult result)
    {
        Span<byte> buffer = xdata.Slice(Mcs51Layout.Buffer, Mcs51Layout.BufferBytes);
        buffer.Clear();
        long total = LengthBytes;
        foreach (byte[] value in result.Values)
        {
            total += LengthBytes + value.Length;
        }
        if (result.Outcome != Mcs51ApiOutcome.Answered || total >= Mcs51Layout.BufferBytes)
        {
            return;
        }
        foreach (byte[] value in result.Values)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(buffer, (ushort)value.Length);
            value.CopyTo(buffer[LengthBytes..]);
            buffer = buffer[(LengthBytes + value.Length)..];
        }
    }

    /// <summary>What the request says of its size, for its price.</summary>
    public static int Bytes(ReadOnlySpan<byte> xdata) =>
        Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(xdata[Mcs51Layout.Buffer..]), Mcs51Layout.BufferBytes);
}
