using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Granary.Vms.Evm;

/// <summary>The machine's word: 256 bits, unsigned, wraps around. Four limbs, lowest first; never on the heap.
/// </summary>
/// <remarks>Operations work in place where the stack holds their operands: 32 bytes are not copied for nothing.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct EvmWord(ulong u0, ulong u1, ulong u2, ulong u3) : IEquatable<EvmWord>
{
    public const int Bytes = 32;

    public ulong U0 = u0;
    public ulong U1 = u1;
    public ulong U2 = u2;
    public ulong U3 = u3;

    public EvmWord(ulong value) : this(value, 0, 0, 0)
    {
    }

    public static EvmWord Zero => default;

    public static EvmWord One => new(1);

    public static EvmWord Max => new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    public readonly bool IsZero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (U0 | U1 | U2 | U3) == 0;
    }

    /// <summary>True when the value is below 2^64.</summary>
    public readonly bool IsUInt64
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (U1 | U2 | U3) == 0;
    }

    public readonly bool IsNegative => (long)U3 < 0;

    /// <summary>The value, or <see cref="ulong.MaxValue"/> when it is larger.</summary>
    public readonly ulong Saturated => IsUInt64 ? U0 : ulong.MaxValue;

    /// <summary>How many bytes the value has without zeros in front.</summary>
    public readonly int ByteCount => (BitCount + 7) / 8;

    public readonly int BitCount =>
        U3 != 0 ? 256 - BitOperations.LeadingZeroCount(U3)
        : U2 != 0 ? 192 - BitOperations.LeadingZeroCount(U2)
        : U1 != 0 ? 128 - BitOperations.LeadingZeroCount(U1)
        : 64 - BitOperations.LeadingZeroCount(U0);

    public static implicit operator EvmWord(ulong value) => new(value);

    public static bool operator ==(in EvmWord a, in EvmWord b) => a.Equals(b);

    public static bool operator !=(in EvmWord a, in EvmWord b) => !a.Equals(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator <(in EvmWord a, in EvmWord b)
    {
        // The borrow of a - b, without branches.
        ulong borrow = a.U0 < b.U0 ? 1UL : 0;
        borrow = Borrow(a.U1, b.U1, borrow);
        borrow = Borrow(a.U2, b.U2, borrow);
        return Borrow(a.U3, b.U3, borrow) != 0;
    }

    public static bool operator >(in EvmWord a, in EvmWord b) => b < a;

    public static bool operator <=(in EvmWord a, in EvmWord b) => !(b < a);

    public static bool operator >=(in EvmWord a, in EvmWord b) => !(a < b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EvmWord operator +(in EvmWord a, in EvmWord b)
    {
        ulong r0 = a.U0 + b.U0;
        ulong carry = r0 < a.U0 ? 1UL : 0;
        ulong r1 = a.U1 + b.U1;
        ulong c1 = r1 < a.U1 ? 1UL : 0;
        r1 += carry;
        carry = c1 | (r1 < carry ? 1UL : 0);
        ulong r2 = a.U2 + b.U2;
        ulong c2 = r2 < a.U2 ? 1UL : 0;
        r2 += carry;
        carry = c2 | (r2 < carry ? 1UL : 0);
        return new EvmWord(r0, r1, r2, a.U3 + b.U3 + carry);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EvmWord operator -(in EvmWord a, in EvmWord b)
    {
        ulong borrow = a.U0 < b.U0 ? 1UL : 0;
        ulong r1 = a.U1 - b.U1 - borrow;
        borrow = Borrow(a.U1, b.U1, borrow);
        ulong r2 = a.U2 - b.U2 - borrow;
        borrow = Borrow(a.U2, b.U2, borrow);
        return new EvmWord(a.U0 - b.U0, r1, r2, a.U3 - b.U3 - borrow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EvmWord operator *(in EvmWord a, in EvmWord b)
    {
        ulong r1 = Math.BigMul(a.U0, b.U0, out ulong r0);
        ulong h01 = Math.BigMul(a.U0, b.U1, out ulong l01);
        ulong h10 = Math.BigMul(a.U1, b.U0, out ulong l10);
        r1 += l01;
        ulong r2 = h01 + (r1 < l01 ? 1UL : 0);
        r1 += l10;
        h10 += r1 < l10 ? 1UL : 0;
        // From here on carries into the fourth limb only are of interest.
        r2 += h10;
        ulong r3 = r2 < h10 ? 1UL : 0;
        r3 += Math.BigMul(a.U0, b.U2, out ulong l02);
        r2 += l02;
        r3 += r2 < l02 ? 1UL : 0;
        r3 += Math.BigMul(a.U1, b.U1, out ulong l11);
        r2 += l11;
        r3 += r2 < l11 ? 1UL : 0;
        r3 += Math.BigMul(a.U2, b.U0, out ulong l20);
        r2 += l20;
        r3 += r2 < l20 ? 1UL : 0;
        r3 += (a.U0 * b.U3) + (a.U1 * b.U2) + (a.U2 * b.U1) + (a.U3 * b.U0);
        return new EvmWord(r0, r1, r2, r3);
    }

    public static EvmWord operator ~(in EvmWord a) => new(~a.U0, ~a.U1, ~a.U2, ~a.U3);

    public static EvmWord operator -(in EvmWord a) => Zero - a;

    /// <summary>Adds, and says whether the sum did not fit.</summary>
    public static bool TryAdd(in EvmWord a, in EvmWord b, out EvmWord sum)
    {
        // Not into the result at once: it may be the place of an operand.
        EvmWord result = a + b;
        bool fits = result >= a;
        sum = result;
        return fits;
    }

    /// <summary>Multiplies, and says whether the product did not fit.</summary>
    public static bool TryMultiply(in EvmWord a, in EvmWord b, out EvmWord product)
    {
        EvmWord result = a * b;
        bool fits = a.BitCount + b.BitCount <= 256 || EvmDivision.Divide(result, a) == b;
        product = result;
        return fits;
    }

    /// <summary>Up to 32 bytes, big-endian.</summary>
    public static EvmWord FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == Bytes)
        {
            return ReadBigEndian(ref MemoryMarshal.GetReference(bytes));
        }
        Span<byte> padded = stackalloc byte[Bytes];
        padded.Clear();
        bytes.CopyTo(padded[(Bytes - bytes.Length)..]);
        return ReadBigEndian(ref MemoryMarshal.GetReference(padded));
    }

    /// <summary>Reads 32 bytes, big-endian; the caller vouches that they are there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EvmWord ReadBigEndian(ref readonly byte at)
    {
        ref byte source = ref Unsafe.AsRef(in at);
        return new EvmWord(
            BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, 24))),
            BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, 16))),
            BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, 8))),
            BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref source)));
    }

    /// <summary>Writes 32 bytes, big-endian; the caller vouches that there is room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void WriteBigEndian(ref byte at)
    {
        Unsafe.WriteUnaligned(ref at, BinaryPrimitives.ReverseEndianness(U3));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref at, 8), BinaryPrimitives.ReverseEndianness(U2));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref at, 16), BinaryPrimitives.ReverseEndianness(U1));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref at, 24), BinaryPrimitives.ReverseEndianness(U0));
    }

    /// <summary>Writes the last <c>target.Length</c> (at most 32) bytes of the value, big-endian.</summary>
    public readonly void WriteTo(Span<byte> target)
    {
        Span<byte> all = stackalloc byte[Bytes];
        WriteBigEndian(ref MemoryMarshal.GetReference(all));
        all[(Bytes - target.Length)..].CopyTo(target);
    }

    public readonly byte[] ToBytes()
    {
        byte[] bytes = new byte[Bytes];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>Big-endian without zeros in front: the form of numbers in RLP.</summary>
    public readonly byte[] ToMinimalBytes()
    {
        byte[] bytes = new byte[ByteCount];
        WriteTo(bytes);
        return bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Equals(EvmWord other) =>
        ((U0 ^ other.U0) | (U1 ^ other.U1) | (U2 ^ other.U2) | (U3 ^ other.U3)) == 0;

    public override readonly bool Equals(object? obj) => obj is EvmWord other && Equals(other);

    public override readonly int GetHashCode() => EvmKeyComparer.Unseeded.GetHashCode(this);

    /// <summary>0x and the digits without zeros in front, as Ethereum's tools write quantities.</summary>
    public override readonly string ToString()
    {
        string digits = Convert.ToHexStringLower(ToBytes()).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    /// <summary>Reads digits, hexadecimal behind 0x and decimal otherwise; false when they are none or too many.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EvmWord value)
    {
        value = Zero;
        bool hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        ReadOnlySpan<char> digits = hex ? text[2..] : text;
        // 78 decimal digits hold the largest word, so longer ones are refused before any arithmetic.
        if (digits.IsEmpty || digits.Length > 78)
        {
            return false;
        }
        NumberStyles style = hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        // The zero in front keeps BigInteger from reading a sign into the first digit.
        if (!BigInteger.TryParse($"0{digits}", style, NumberFormatInfo.InvariantInfo, out BigInteger number)
            || number.GetBitLength() > 256)
        {
            return false;
        }
        value = FromBytes(number.ToByteArray(isUnsigned: true, isBigEndian: true));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Borrow(ulong a, ulong b, ulong borrow) =>
        (a < b ? 1UL : 0) | ((a == b ? 1UL : 0) & borrow);
}
