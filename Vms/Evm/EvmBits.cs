using System.Runtime.CompilerServices;

namespace Granary.Vms.Evm;

/// <summary>Shifts, bytes, signs and powers of words.</summary>
internal static class EvmBits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EvmWord And(in EvmWord a, in EvmWord b) =>
        new(a.U0 & b.U0, a.U1 & b.U1, a.U2 & b.U2, a.U3 & b.U3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EvmWord Or(in EvmWord a, in EvmWord b) =>
        new(a.U0 | b.U0, a.U1 | b.U1, a.U2 | b.U2, a.U3 | b.U3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EvmWord Xor(in EvmWord a, in EvmWord b) =>
        new(a.U0 ^ b.U0, a.U1 ^ b.U1, a.U2 ^ b.U2, a.U3 ^ b.U3);

    /// <summary>a &lt; b as two's complement.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LessSigned(in EvmWord a, in EvmWord b) =>
        a.IsNegative != b.IsNegative ? a.IsNegative : a < b;

    /// <summary>Shifts left; 256 or more leaves 0.</summary>
    public static EvmWord ShiftLeft(in EvmWord count, in EvmWord value)
    {
        if (!count.IsUInt64 || count.U0 > 255)
        {
            return EvmWord.Zero;
        }
        int bits = (int)count.U0 & 63;
        EvmWord v = value;
        if (bits != 0)
        {
            int back = 64 - bits;
            v = new EvmWord(
                v.U0 << bits, (v.U1 << bits) | (v.U0 >> back), (v.U2 << bits) | (v.U1 >> back),
                (v.U3 << bits) | (v.U2 >> back));
        }
        return ((int)count.U0 >> 6) switch
        {
            0 => v,
            1 => new EvmWord(0, v.U0, v.U1, v.U2),
            2 => new EvmWord(0, 0, v.U0, v.U1),
            _ => new EvmWord(0, 0, 0, v.U0),
        };
    }

    /// <summary>Shifts right, zeros come in; 256 or more leaves 0.</summary>
    public static EvmWord ShiftRight(in EvmWord count, in EvmWord value) =>
        !count.IsUInt64 || count.U0 > 255 ? EvmWord.Zero : ShiftRight((int)count.U0, value, 0);

    /// <summary>Shifts right, the sign comes in; 256 or more leaves only signs.</summary>
    public static EvmWord ShiftRightSigned(in EvmWord count, in EvmWord value)
    {
        ulong sign = value.IsNegative ? ulong.MaxValue : 0;
        return !count.IsUInt64 || count.U0 > 255
            ? new EvmWord(sign, sign, sign, sign)
            : ShiftRight((int)count.U0, value, sign);
    }

    /// <summary>The byte at an index from the highest one, or 0 beyond the lowest.</summary>
    public static EvmWord Byte(in EvmWord index, in EvmWord value) =>
        !index.IsUInt64 || index.U0 > 31 ? EvmWord.Zero
        : ShiftRight((31 - (int)index.U0) * 8, value, 0).U0 & 0xFF;

    /// <summary>Spreads the sign of the byte at an index from the lowest one over all above it.</summary>
    public static EvmWord SignExtend(in EvmWord index, in EvmWord value)
    {
        if (!index.IsUInt64 || index.U0 > 30)
        {
            return value;
        }
        EvmWord shift = (31 - index.U0) * 8;
        return ShiftRightSigned(shift, ShiftLeft(shift, value));
    }

    /// <summary>a to the power of b, by squaring.</summary>
    public static EvmWord Power(in EvmWord a, in EvmWord b)
    {
        EvmWord result = EvmWord.One;
        EvmWord power = a;
        EvmWord rest = b;
        // A power of two is what compilers ask for most.
        if (a.IsUInt64 && a.U0 == 2)
        {
            return ShiftLeft(b, result);
        }
        while (true)
        {
            if ((rest.U0 & 1) != 0)
            {
                result *= power;
            }
            rest = ShiftRight(1, rest, 0);
            if (rest.IsZero)
            {
                return result;
            }
            power *= power;
        }
    }

    private static EvmWord ShiftRight(int count, in EvmWord value, ulong fill)
    {
        int bits = count & 63;
        EvmWord v = value;
        if (bits != 0)
        {
            int back = 64 - bits;
            v = new EvmWord(
                (v.U0 >> bits) | (v.U1 << back), (v.U1 >> bits) | (v.U2 << back), (v.U2 >> bits) | (v.U3 << back),
                (v.U3 >> bits) | (fill << back));
        }
        return (count >> 6) switch
        {
            0 => v,
            1 => new EvmWord(v.U1, v.U2, v.U3, fill),
            2 => new EvmWord(v.U2, v.U3, fill, fill),
            _ => new EvmWord(v.U3, fill, fill, fill),
        };
    }
}
