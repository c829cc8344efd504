using System.Numerics;
using System.Runtime.CompilerServices;

namespace Granary.Vms.Evm;

/// <summary>Division of words and of longer numbers.</summary>
/// <remarks>
/// Two limbs are divided by one with a reciprocal (Möller and Granlund, "Improved division by invariant integers",
/// 2011), longer numbers by Knuth's algorithm D on top of it: the runtime's own 128-bit division is several times
/// slower.
/// </remarks>
internal static class EvmDivision
{
    /// <summary>The longest dividend: a product of two words, and one limb for its shift.</summary>
    private const int LimbsMax = 9;

    /// <summary>a / b, rounded down; 0 when b is 0.</summary>
    public static EvmWord Divide(in EvmWord a, in EvmWord b)
    {
        if (a.IsUInt64 && b.IsUInt64)
        {
            return b.U0 == 0 ? EvmWord.Zero : a.U0 / b.U0;
        }
        DivideLong(a, b, out EvmWord quotient, out _);
        return quotient;
    }

    /// <summary>a mod b; 0 when b is 0.</summary>
    public static EvmWord Modulo(in EvmWord a, in EvmWord b)
    {
        if (a.IsUInt64 && b.IsUInt64)
        {
            return b.U0 == 0 ? EvmWord.Zero : a.U0 % b.U0;
        }
        DivideLong(a, b, out _, out EvmWord remainder);
        return remainder;
    }

    /// <summary>Two's complement, rounded towards 0; 0 when b is 0.</summary>
    public static EvmWord DivideSigned(in EvmWord a, in EvmWord b)
    {
        EvmWord quotient = Divide(Absolute(a), Absolute(b));
        return a.IsNegative != b.IsNegative ? -quotient : quotient;
    }

    /// <summary>Two's complement, with the sign of a; 0 when b is 0.</summary>
    public static EvmWord ModuloSigned(in EvmWord a, in EvmWord b)
    {
        EvmWord remainder = Modulo(Absolute(a), Absolute(b));
        return a.IsNegative ? -remainder : remainder;
    }

    /// <summary>(a + b) mod m with an unbounded sum; 0 when m is 0.</summary>
    public static EvmWord AddModulo(in EvmWord a, in EvmWord b, in EvmWord m)
    {
        if (m.IsZero)
        {
            return EvmWord.Zero;
        }
        EvmWord sum = a + b;
        if (sum >= a)
        {
            return sum < m ? sum : Modulo(sum, m);
        }
        Span<ulong> dividend = [sum.U0, sum.U1, sum.U2, sum.U3, 1];
        return Remainder(dividend, m);
    }

    /// <summary>(a * b) mod m with an unbounded product; 0 when m is 0.</summary>
    public static EvmWord MultiplyModulo(in EvmWord a, in EvmWord b, in EvmWord m)
    {
        if (m.IsZero)
        {
            return EvmWord.Zero;
        }
        Span<ulong> product = stackalloc ulong[8];
        product.Clear();
        Span<ulong> x = [a.U0, a.U1, a.U2, a.U3];
        Span<ulong> y = [b.U0, b.U1, b.U2, b.U3];
        for (int i = 0; i < 4; i++)
        {
            ulong carry = 0;
            for (int j = 0; j < 4; j++)
            {
                ulong high = Math.BigMul(x[i], y[j], out ulong low);
                low += carry;
                high += low < carry ? 1UL : 0;
                product[i + j] += low;
                carry = high + (product[i + j] < low ? 1UL : 0);
            }
            product[i + 4] = carry;
        }
        return Remainder(product, m);
    }

    private static EvmWord Absolute(in EvmWord value) => value.IsNegative ? -value : value;

    private static EvmWord Remainder(ReadOnlySpan<ulong> dividend, in EvmWord divisor)
    {
        Span<ulong> quotient = stackalloc ulong[LimbsMax];
        DivideLimbs(dividend, divisor, quotient, out EvmWord remainder);
        return remainder;
    }

    private static void DivideLong(in EvmWord a, in EvmWord b, out EvmWord quotient, out EvmWord remainder)
    {
        if (b.IsZero)
        {
            quotient = remainder = EvmWord.Zero;
            return;
        }
        if (a < b)
        {
            quotient = EvmWord.Zero;
            remainder = a;
            return;
        }
        Span<ulong> limbs = stackalloc ulong[LimbsMax];
        limbs.Clear();
        DivideLimbs([a.U0, a.U1, a.U2, a.U3], b, limbs, out remainder);
        quotient = new EvmWord(limbs[0], limbs[1], limbs[2], limbs[3]);
    }

    /// <summary>Divides by a divisor other than 0; only the quotient's limbs that the dividend can have are set.
    /// </summary>
    private static void DivideLimbs(
        ReadOnlySpan<ulong> dividend, in EvmWord divisor, Span<ulong> quotient, out EvmWord remainder)
    {
        int m = dividend.Length;
        while (m > 0 && dividend[m - 1] == 0)
        {
            m--;
        }
        int n = (divisor.BitCount + 63) / 64;
        if (m < n)
        {
            remainder = Word(dividend[..m]);
            return;
        }
        // Both are shifted so that the divisor's highest bit is set.
        Span<ulong> v = [divisor.U0, divisor.U1, divisor.U2, divisor.U3];
        int shift = BitOperations.LeadingZeroCount(v[n - 1]);
        Span<ulong> u = stackalloc ulong[LimbsMax];
        u[m] = ShiftLeft(dividend[..m], u, shift);
        _ = ShiftLeft(v[..n], v, shift);
        ulong reciprocal = Reciprocal(v[n - 1]);
        if (n == 1)
        {
            ulong rest = u[m];
            for (int i = m - 1; i >= 0; i--)
            {
                quotient[i] = DivideTwo(rest, u[i], v[0], reciprocal, out rest);
            }
            remainder = rest >> shift;
            return;
        }
        for (int j = m - n; j >= 0; j--)
        {
            quotient[j] = Step(u.Slice(j, n + 1), v[..n], reciprocal);
        }
        remainder = ShiftRight(u[..n], shift);
    }

    /// <summary>One digit of Knuth's algorithm: u (one limb longer than v) becomes u mod v; returns u / v.</summary>
    private static ulong Step(Span<ulong> u, ReadOnlySpan<ulong> v, ulong reciprocal)
    {
        int n = v.Length;
        ulong top = u[n];
        ulong digit;
        if (top >= v[n - 1])
        {
            digit = ulong.MaxValue;
        }
        else
        {
            digit = DivideTwo(top, u[n - 1], v[n - 1], reciprocal, out ulong rest);
            // The second limb corrects the guess; after it the digit is at most one too large.
            ulong high = Math.BigMul(digit, v[n - 2], out ulong low);
            while (high > rest || (high == rest && low > u[n - 2]))
            {
                digit--;
                rest += v[n - 1];
                if (rest < v[n - 1])
                {
                    break;
                }
                high -= low < v[n - 2] ? 1UL : 0;
                low -= v[n - 2];
            }
        }
        if (MultiplySubtract(u, v, digit))
        {
            digit--;
            AddBack(u, v);
        }
        // When the guess was the largest limb it may be more than one too large.
        while (top >= v[n - 1] && (u[n] >> 63) != 0)
        {
            digit--;
            AddBack(u, v);
        }
        return digit;
    }

    /// <summary>u -= v * digit; true when it went below 0.</summary>
    private static bool MultiplySubtract(Span<ulong> u, ReadOnlySpan<ulong> v, ulong digit)
    {
        ulong carry = 0;
        for (int i = 0; i < v.Length; i++)
        {
            ulong high = Math.BigMul(digit, v[i], out ulong low);
            low += carry;
            carry = high + (low < carry ? 1UL : 0) + (u[i] < low ? 1UL : 0);
            u[i] -= low;
        }
        bool below = u[v.Length] < carry;
        u[v.Length] -= carry;
        return below;
    }

    private static void AddBack(Span<ulong> u, ReadOnlySpan<ulong> v)
    {
        ulong carry = 0;
        for (int i = 0; i < v.Length; i++)
        {
            ulong sum = u[i] + carry;
            carry = sum < carry ? 1UL : 0;
            sum += v[i];
            carry += sum < v[i] ? 1UL : 0;
            u[i] = sum;
        }
        u[v.Length] += carry;
    }

    private static ulong ShiftLeft(ReadOnlySpan<ulong> from, Span<ulong> to, int shift)
    {
        ulong carry = 0;
        for (int i = 0; i < from.Length; i++)
        {
            ulong limb = from[i];
            to[i] = (limb << shift) | carry;
            carry = shift == 0 ? 0 : limb >> (64 - shift);
        }
        return carry;
    }

    private static EvmWord ShiftRight(Span<ulong> limbs, int shift)
    {
        for (int i = 0; shift > 0 && i < limbs.Length; i++)
        {
            ulong above = i + 1 < limbs.Length ? limbs[i + 1] << (64 - shift) : 0;
            limbs[i] = (limbs[i] >> shift) | above;
        }
        return Word(limbs);
    }

    private static EvmWord Word(ReadOnlySpan<ulong> limbs) => new(
        limbs.Length > 0 ? limbs[0] : 0, limbs.Length > 1 ? limbs[1] : 0,
        limbs.Length > 2 ? limbs[2] : 0, limbs.Length > 3 ? limbs[3] : 0);

    /// <summary>floor((2^128 - 1) / d) - 2^64 for a d whose highest bit is set.</summary>
    internal static ulong Reciprocal(ulong d)
    {
        unchecked
        {
            ulong d0 = d & 1;
            ulong d9 = d >> 55;
            ulong d40 = (d >> 24) + 1;
            ulong d63 = (d >> 1) + d0;
            ulong v0 = 0x7FD00 / d9;
            ulong v1 = (v0 << 11) - ((v0 * v0 * d40) >> 40) - 1;
            ulong v2 = (v1 << 13) + ((v1 * (0x1000000000000000 - (v1 * d40))) >> 47);
            ulong e = ((v2 >> 1) & (0 - d0)) - (v2 * d63);
            ulong v3 = (v2 << 31) + (Math.BigMul(v2, e, out _) >> 1);
            ulong high = Math.BigMul(v3, d, out ulong low);
            low += d;
            return v3 - (high + (low < d ? 1UL : 0) + d);
        }
    }

    /// <summary>(high, low) / d with d's reciprocal; high must be below d, whose highest bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong DivideTwo(ulong high, ulong low, ulong d, ulong reciprocal, out ulong remainder)
    {
        ulong q1 = Math.BigMul(reciprocal, high, out ulong q0);
        q0 += low;
        q1 += high + (q0 < low ? 1UL : 0) + 1;
        ulong r = low - (q1 * d);
        if (r > q0)
        {
            q1--;
            r += d;
        }
        if (r >= d)
        {
            q1++;
            r -= d;
        }
        remainder = r;
        return q1;
    }
}
