using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Vms.Nock;

/// <summary>Bits into bytes, the lowest bit first.</summary>
internal sealed class NounBitWriter
{
    private byte[] _bytes = new byte[64];
    private ulong _pending;
    private int _pendingBits;
    private int _count;

    /// <summary>Bits written.</summary>
    public long Position => (8L * _count) + _pendingBits;

    /// <summary>Writes the lowest <paramref name="count"/> bits, at most 64; the others must be zero.</summary>
    public void Write(ulong bits, int count)
    {
        _pending |= bits << _pendingBits;
        int written = 64 - _pendingBits;
        _pendingBits += count;
        if (_pendingBits < 64)
        {
            return;
        }
        Flush(8);
        _pendingBits -= 64;
        _pending = written == 64 ? 0 : bits >> written;
    }

    /// <summary>A number with its length before it: <c>mat</c>.</summary>
    public void WriteMat(ulong value)
    {
        int length = 64 - BitOperations.LeadingZeroCount(value);
        WriteLength(length);
        Write(value, length);
    }

    /// <inheritdoc cref="WriteMat(ulong)"/>
    public void WriteMat(Atom value)
    {
        if (value.IsSmall)
        {
            WriteMat(value.Low);
            return;
        }
        long length = value.BitLength;
        WriteLength(length);
        for (int i = 0; length > 0; i++, length -= 64)
        {
            Write(value.Word(i), (int)Math.Min(64, length));
        }
    }

    /// <summary>All bits so far, the last byte filled up with zeros.</summary>
    public byte[] ToArray()
    {
        int rest = (_pendingBits + 7) / 8;
        byte[] bytes = new byte[_count + rest];
        _bytes.AsSpan(0, _count).CopyTo(bytes);
        for (int i = 0; i < rest; i++)
        {
            bytes[_count + i] = (byte)(_pending >> (8 * i));
        }
        return bytes;
    }

    /// <summary>As many zeros as the length has bits, a one, and the length without its highest bit.</summary>
    private void WriteLength(long length)
    {
        int lengthBits = 64 - BitOperations.LeadingZeroCount((ulong)length);
        Write(1UL << lengthBits, lengthBits + 1);
        if (lengthBits > 1)
        {
            Write((ulong)length & ((1UL << (lengthBits - 1)) - 1), lengthBits - 1);
        }
    }

    private void Flush(int count)
    {
        if (_count + 8 > _bytes.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length * 2);
        }
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(_count), _pending);
        _count += count;
    }
}
