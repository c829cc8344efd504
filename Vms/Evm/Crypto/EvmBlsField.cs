using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Granary.Vms.Evm;

/// <summary>A number modulo the prime of BLS12-381, in Montgomery's form with six limbs.</summary>
/// <remarks>For public data only: the time it takes depends on the values.</remarks>
internal readonly struct EvmBlsField(ulong v0, ulong v1, ulong v2, ulong v3, ulong v4, ulong v5)
    : IEvmField<EvmBlsField>
{
    public const int Bytes = 48;

    private const ulong P0 = 0xB9FEFFFFFFFFAAAB;
    private const ulong P1 = 0x1EABFFFEB153FFFF;
    private const ulong P2 = 0x6730D2A0F6B0F624;
    private const ulong P3 = 0x64774B84F38512BF;
    private const ulong P4 = 0x4B1BA7B6434BACD7;
    private const ulong P5 = 0x1A0111EA397FE69A;

    private static readonly ulong _negativeInverse = EvmModulus.NegativeInverse(P0);

    private readonly ulong _v0 = v0;
    private readonly ulong _v1 = v1;
    private readonly ulong _v2 = v2;
    private readonly ulong _v3 = v3;
    private readonly ulong _v4 = v4;
    private readonly ulong _v5 = v5;

    public static BigInteger Prime { get; } = ToNumber(new EvmBlsField(P0, P1, P2, P3, P4, P5));

    /// <summary>2^768 modulo the prime: brings numbers into Montgomery's form.</summary>
    private static EvmBlsField Square { get; } = Limbs((BigInteger.One << 768) % Prime);

    public static EvmBlsField Zero => default;

    public static EvmBlsField One { get; } = From(BigInteger.One);

    public bool IsZero => (_v0 | _v1 | _v2 | _v3 | _v4 | _v5) == 0;

    /// <summary>Of a number below the prime.</summary>
    public static EvmBlsField From(BigInteger number) => Limbs(number) * Square;

    public static EvmBlsField FromHex(string digits) =>
        From(BigInteger.Parse("0" + digits, NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo));

    public BigInteger ToNumber() => ToNumber(this * new EvmBlsField(1, 0, 0, 0, 0, 0));

    public static EvmBlsField operator +(in EvmBlsField a, in EvmBlsField b)
    {
        // Twice the prime fits 384 bits, so there is no carry out.
        ulong carry = 0;
        ulong r0 = AddCarry(a._v0, b._v0, ref carry);
        ulong r1 = AddCarry(a._v1, b._v1, ref carry);
        ulong r2 = AddCarry(a._v2, b._v2, ref carry);
        ulong r3 = AddCarry(a._v3, b._v3, ref carry);
        ulong r4 = AddCarry(a._v4, b._v4, ref carry);
        return Reduce(new EvmBlsField(r0, r1, r2, r3, r4, a._v5 + b._v5 + carry));
    }

    public static EvmBlsField operator -(in EvmBlsField a, in EvmBlsField b)
    {
        EvmBlsField difference = Subtract(a, b, out ulong borrow);
        if (borrow == 0)
        {
            return difference;
        }
        ulong carry = 0;
        ulong r0 = AddCarry(difference._v0, P0, ref carry);
        ulong r1 = AddCarry(difference._v1, P1, ref carry);
        ulong r2 = AddCarry(difference._v2, P2, ref carry);
        ulong r3 = AddCarry(difference._v3, P3, ref carry);
        ulong r4 = AddCarry(difference._v4, P4, ref carry);
        return new EvmBlsField(r0, r1, r2, r3, r4, difference._v5 + P5 + carry);
    }

    public static EvmBlsField operator *(in EvmBlsField a, in EvmBlsField b)
    {
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0;
        Row(a._v0, b, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        Row(a._v1, b, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        Row(a._v2, b, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        Row(a._v3, b, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        Row(a._v4, b, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        Row(a._v5, b, ref t0, ref t1, ref t2, ref t3, ref t4, ref t5);
        return Reduce(new EvmBlsField(t0, t1, t2, t3, t4, t5));
    }

    public static bool AreEqual(in EvmBlsField a, in EvmBlsField b) =>
        ((a._v0 ^ b._v0) | (a._v1 ^ b._v1) | (a._v2 ^ b._v2) | (a._v3 ^ b._v3) | (a._v4 ^ b._v4)
            | (a._v5 ^ b._v5)) == 0;

    public static EvmBlsField Invert(in EvmBlsField a) => EvmCurve.Power(a, Prime - 2);

    /// <summary>One row of the product and its reduction; the prime's free high bits keep it within six limbs.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(
        ulong a, in EvmBlsField b, ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3, ref ulong t4, ref ulong t5)
    {
        ulong carry = 0;
        t0 = MultiplyAdd(a, b._v0, t0, ref carry);
        t1 = MultiplyAdd(a, b._v1, t1, ref carry);
        t2 = MultiplyAdd(a, b._v2, t2, ref carry);
        t3 = MultiplyAdd(a, b._v3, t3, ref carry);
        t4 = MultiplyAdd(a, b._v4, t4, ref carry);
        t5 = MultiplyAdd(a, b._v5, t5, ref carry);
        ulong top = carry;
        ulong m = t0 * _negativeInverse;
        carry = 0;
        _ = MultiplyAdd(m, P0, t0, ref carry);
        t0 = MultiplyAdd(m, P1, t1, ref carry);
        t1 = MultiplyAdd(m, P2, t2, ref carry);
        t2 = MultiplyAdd(m, P3, t3, ref carry);
        t3 = MultiplyAdd(m, P4, t4, ref carry);
        t4 = MultiplyAdd(m, P5, t5, ref carry);
        t5 = top + carry;
    }

    private static EvmBlsField Reduce(in EvmBlsField a)
    {
        EvmBlsField reduced = Subtract(a, new EvmBlsField(P0, P1, P2, P3, P4, P5), out ulong borrow);
        return borrow == 0 ? reduced : a;
    }

    private static EvmBlsField Subtract(in EvmBlsField a, in EvmBlsField b, out ulong borrow)
    {
        borrow = 0;
        ulong r0 = SubtractBorrow(a._v0, b._v0, ref borrow);
        ulong r1 = SubtractBorrow(a._v1, b._v1, ref borrow);
        ulong r2 = SubtractBorrow(a._v2, b._v2, ref borrow);
        ulong r3 = SubtractBorrow(a._v3, b._v3, ref borrow);
        ulong r4 = SubtractBorrow(a._v4, b._v4, ref borrow);
        return new EvmBlsField(r0, r1, r2, r3, r4, SubtractBorrow(a._v5, b._v5, ref borrow));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddCarry(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + carry;
        carry = sum < carry ? 1UL : 0;
        sum += b;
        carry += sum < b ? 1UL : 0;
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SubtractBorrow(ulong a, ulong b, ref ulong borrow)
    {
        ulong difference = a - b;
        ulong below = a < b ? 1UL : 0;
        ulong result = difference - borrow;
        borrow = below | (difference < borrow ? 1UL : 0);
        return result;
    }

    /// <summary>a * b + add + carry, which always fits two limbs; the higher one becomes the carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong add, ref ulong carry)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        low += add;
        high += low < add ? 1UL : 0;
        low += carry;
        high += low < carry ? 1UL : 0;
        carry = high;
        return low;
    }

    private static EvmBlsField Limbs(BigInteger number)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes.Clear();
        number.TryWriteBytes(bytes, out _, isUnsigned: true);
        return new EvmBlsField(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]));
    }

    private static BigInteger ToNumber(in EvmBlsField limbs)
    {
        BigInteger number = limbs._v5;
        number = (number << 64) | limbs._v4;
        number = (number << 64) | limbs._v3;
        number = (number << 64) | limbs._v2;
        number = (number << 64) | limbs._v1;
        return (number << 64) | limbs._v0;
    }
}
