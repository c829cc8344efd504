using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Vms.Nock;

/// <summary>A natural number of any size.</summary>
public sealed class Atom : Noun, IEquatable<Atom>, IComparable<Atom>
{
    private const int SmallCount = 1_024;

    private static readonly Atom[] _small = [.. Enumerable.Range(0, SmallCount).Select(i => new Atom((ulong)i))];

    /// <summary>From 64 bits up: the number in words of 64 bits, lowest first, the last not zero; else null.</summary>
    private readonly ulong[]? _words;

    private Atom(ulong low) => Low = low;

    private Atom(ulong[] words)
    {
        Low = words[0];
        _words = words;
    }

    public static Atom Zero => _small[0];

    public static Atom One => _small[1];

    /// <summary>The lowest 64 bits.</summary>
    public ulong Low { get; }

    /// <summary>The number is below 2^64, so that <see cref="Low"/> is all of it.</summary>
    public bool IsSmall => _words is null;

    /// <summary>Words of 64 bits that the number takes, at least one.</summary>
    public int WordCount => _words is null ? 1 : _words.Length;

    /// <summary>The position of the highest one bit, from 1; 0 for the number 0.</summary>
    public long BitLength => _words is null
        ? 64 - BitOperations.LeadingZeroCount(Low)
        : (64L * _words.Length) - BitOperations.LeadingZeroCount(_words[^1]);

    /// <summary>Bytes that the number takes at least.</summary>
    public int ByteLength => (int)((BitLength + 7) / 8);

    public static Atom Of(ulong value) => value < SmallCount ? _small[value] : new Atom(value);

    /// <summary>Yes is 0, no is 1.</summary>
    public static Atom Loobean(bool yes) => yes ? Zero : One;

    /// <summary>The number of these bytes, lowest first; zeros at the end mean nothing.</summary>
    public static Atom FromBytes(ReadOnlySpan<byte> bytes)
    {
        int used = bytes.LastIndexOfAnyExcept((byte)0) + 1;
        if (used <= 8)
        {
            ulong low = 0;
            for (int i = used - 1; i >= 0; i--)
            {
                low = (low << 8) | bytes[i];
            }
            return Of(low);
        }
        ulong[] words = new ulong[(used + 7) / 8];
        int whole = used / 8;
        for (int i = 0; i < whole; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]);
        }
        for (int i = used - 1; i >= 8 * whole; i--)
        {
            words[whole] = (words[whole] << 8) | bytes[i];
        }
        return new Atom(words);
    }

    /// <summary>The number of these words, lowest first; the atom keeps the array.</summary>
    internal static Atom FromWords(ulong[] words)
    {
        int used = words.Length;
        while (used > 0 && words[used - 1] == 0)
        {
            used--;
        }
        if (used <= 1)
        {
            return Of(used == 0 ? 0 : words[0]);
        }
        return new Atom(used == words.Length ? words : words[..used]);
    }

    /// <summary>The number of a text's bytes in ASCII or UTF-8, the first the lowest: a cord.</summary>
    public static Atom FromText(string text) => FromBytes(System.Text.Encoding.UTF8.GetBytes(text));

    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static Atom FromBigInteger(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value <= ulong.MaxValue ? Of((ulong)value) : FromBytes(value.ToByteArray(isUnsigned: true));
    }

    public BigInteger ToBigInteger() => _words is null ? Low : new BigInteger(ToBytes(), isUnsigned: true);

    /// <summary>The fewest bytes, lowest first; none for 0.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[ByteLength];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Writes the lowest bytes; what the number does not reach is zeroed.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i += 8)
        {
            ulong word = Word(i / 8);
            if (bytes.Length - i >= 8)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes[i..], word);
                continue;
            }
            for (int j = i; j < bytes.Length; j++)
            {
                bytes[j] = (byte)(word >> (8 * (j - i)));
            }
        }
    }

    /// <summary>A word of 64 bits; 0 beyond the number.</summary>
    public ulong Word(int index)
    {
        if (_words is null)
        {
            return index == 0 ? Low : 0;
        }
        return index < _words.Length ? _words[index] : 0;
    }

    /// <summary>A bit from the lowest, 0; false beyond the number.</summary>
    public bool Bit(long index) => index < 64L * WordCount && ((Word((int)(index / 64)) >> (int)(index % 64)) & 1) == 1;

    /// <summary>One more.</summary>
    public Atom Increment()
    {
        if (Low != ulong.MaxValue)
        {
            if (_words is null)
            {
                return Of(Low + 1);
            }
            ulong[] same = [.. _words];
            same[0]++;
            return new Atom(same);
        }
        ulong[] words = new ulong[WordCount + 1];
        bool carry = true;
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Word(i) + (carry ? 1u : 0u);
            carry = carry && words[i] == 0;
        }
        return FromWords(words);
    }

    public bool Equals(Atom? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }
        return other is not null && Low == other.Low
            && (_words is null ? other._words is null
                : other._words is not null && _words.AsSpan().SequenceEqual(other._words));
    }

    public override bool Equals(object? obj) => Equals(obj as Atom);

    /// <summary>The low bits: the same in every process.</summary>
    public override int GetHashCode() => (int)(Low ^ (Low >> 32));

    public int CompareTo(Atom? other)
    {
        if (other is null)
        {
            return 1;
        }
        for (int i = Math.Max(WordCount, other.WordCount) - 1; i >= 0; i--)
        {
            int order = Word(i).CompareTo(other.Word(i));
            if (order != 0)
            {
                return order;
            }
        }
        return 0;
    }

    public static bool operator ==(Atom? a, Atom? b) => a is null ? b is null : a.Equals(b);

    public static bool operator !=(Atom? a, Atom? b) => !(a == b);

    public static bool operator <(Atom a, Atom b) => a.CompareTo(b) < 0;

    public static bool operator <=(Atom a, Atom b) => a.CompareTo(b) <= 0;

    public static bool operator >(Atom a, Atom b) => a.CompareTo(b) > 0;

    public static bool operator >=(Atom a, Atom b) => a.CompareTo(b) >= 0;
}
