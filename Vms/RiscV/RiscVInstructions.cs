using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using static Granary.Vms.RiscV.RiscVOp;

namespace Granary.Vms.RiscV;

/// <summary>The instructions that are rare or long: kept out of the loop so that it stays small.</summary>
internal static partial class RiscVInstructions
{
    /// <summary>Executes an instruction that touches registers only.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Execute(ref ulong x, in RiscVInstruction i)
    {
        if (RiscVOpcodes.Info(i.Op).Extension == RiscVExtension.Fused)
        {
            ExecuteFused(ref x, in i);
            return;
        }
        ulong a = Unsafe.Add(ref x, i.Rs1);
        ulong b = RiscVOpcodes.Info(i.Op).Format == RiscVFormat.I ? (ulong)i.Imm : Unsafe.Add(ref x, i.Rs2);
        Unsafe.Add(ref x, i.Rd) = i.Op switch
        {
            Mulh => MultiplyHighSigned(a, b),
            Mulhsu => MultiplyHighSignedUnsigned(a, b),
            Div => Divide(a, b),
            Divu => DivideUnsigned(a, b),
            Rem => Remainder(a, b),
            Remu => RemainderUnsigned(a, b),
            Divw => (ulong)(int)Divide((ulong)(int)a, (ulong)(int)b),
            Divuw => (ulong)(int)DivideUnsigned((uint)a, (uint)b),
            Remw => (ulong)(int)Remainder((ulong)(int)a, (ulong)(int)b),
            Remuw => (ulong)(int)RemainderUnsigned((uint)a, (uint)b),
            Sllw => (ulong)((int)a << (int)b),
            Srlw => (ulong)(int)((uint)a >> (int)b),
            Sraw => (ulong)((int)a >> (int)b),
            _ => ExecuteBits(i.Op, a, b),
        };
    }

    private static ulong ExecuteBits(RiscVOp op, ulong a, ulong b) => op switch
    {
        SlliUw => (ulong)(uint)a << (int)b,
        Orn => a | ~b,
        Xnor => ~(a ^ b),
        Clz => (ulong)BitOperations.LeadingZeroCount(a),
        Clzw => (ulong)BitOperations.LeadingZeroCount((uint)a),
        Ctz => (ulong)BitOperations.TrailingZeroCount(a),
        Ctzw => (ulong)BitOperations.TrailingZeroCount((uint)a),
        Cpop => (ulong)BitOperations.PopCount(a),
        Cpopw => (ulong)BitOperations.PopCount((uint)a),
        Max => (ulong)Math.Max((long)a, (long)b),
        Maxu => Math.Max(a, b),
        Min => (ulong)Math.Min((long)a, (long)b),
        Minu => Math.Min(a, b),
        Rol => BitOperations.RotateLeft(a, (int)b),
        Ror or Rori => BitOperations.RotateRight(a, (int)b),
        Rolw => (ulong)(int)BitOperations.RotateLeft((uint)a, (int)b),
        Rorw or Roriw => (ulong)(int)BitOperations.RotateRight((uint)a, (int)b),
        OrcB => OrCombineBytes(a),
        Rev8 => BinaryPrimitives.ReverseEndianness(a),
        Clmul => MultiplyCarryless(a, b, out _),
        Clmulh => HighOfCarryless(a, b),
        Clmulr => (HighOfCarryless(a, b) << 1) | (MultiplyCarryless(a, b, out _) >> 63),
        Bclr or Bclri => a & ~(1UL << (int)b),
        Bext or Bexti => a >> (int)b & 1,
        Binv or Binvi => a ^ (1UL << (int)b),
        Bset or Bseti => a | (1UL << (int)b),
        _ => throw new InvalidOperationException($"{op} is no instruction of this kind."),
    };

    public static int StoreBytes(RiscVOp op) => op switch
    {
        Sb => sizeof(byte),
        Sh => sizeof(ushort),
        Sw => sizeof(uint),
        _ => sizeof(ulong),
    };

    /// <summary>The target of a jump that leaves its page; writes the link register.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Jump(ref ulong x, in RiscVInstruction i, ulong pc)
    {
        ulong next = pc + (ulong)(2 * i.Halfwords);
        ulong target = pc + (ulong)(long)i.Imm;
        ulong a = Unsafe.Add(ref x, i.Rs1);
        ulong b = Unsafe.Add(ref x, i.Rs2);
        switch (i.Op)
        {
            case BeqFar:
                return a == b ? target : next;
            case BneFar:
                return a != b ? target : next;
            case BltFar:
                return (long)a < (long)b ? target : next;
            case BgeFar:
                return (long)a >= (long)b ? target : next;
            case BltuFar:
                return a < b ? target : next;
            case BgeuFar:
                return a >= b ? target : next;
            case JalrOverwritten:
                Unsafe.Add(ref x, i.Rd) = next;
                return (next + (ulong)(long)i.Imm) & ~1UL;
            default:
                Unsafe.Add(ref x, i.Rd) = next;
                return i.Op switch
                {
                    JalFar => target,
                    FarJumpRel => target & ~1UL,
                    _ => (ulong)(long)i.Imm & ~1UL,
                };
        }
    }

    internal static ulong MultiplyHighSigned(ulong a, ulong b) => (ulong)Math.BigMul((long)a, (long)b, out _);

    internal static ulong MultiplyHighSignedUnsigned(ulong a, ulong b) =>
        Math.BigMul(a, b, out _) - ((long)a < 0 ? b : 0);

    /// <summary>Divisions by zero and the one that overflows have results in the specification.</summary>
    internal static ulong Divide(ulong a, ulong b) => b switch
    {
        0 => ulong.MaxValue,
        ulong.MaxValue => unchecked(0 - a),
        _ => (ulong)((long)a / (long)b),
    };

    internal static ulong DivideUnsigned(ulong a, ulong b) => b == 0 ? ulong.MaxValue : a / b;

    internal static ulong Remainder(ulong a, ulong b) => b switch
    {
        0 => a,
        ulong.MaxValue => 0,
        _ => (ulong)((long)a % (long)b),
    };

    internal static ulong RemainderUnsigned(ulong a, ulong b) => b == 0 ? a : a % b;

    /// <summary>Each byte that is not zero becomes 255.</summary>
    private static ulong OrCombineBytes(ulong a)
    {
        const ulong low7 = 0x7f7f_7f7f_7f7f_7f7f;
        ulong high = (((a & low7) + low7) | a) & ~low7;
        return (high >> 7) * 0xff;
    }

    private static ulong HighOfCarryless(ulong a, ulong b)
    {
        MultiplyCarryless(a, b, out ulong high);
        return high;
    }

    private static ulong MultiplyCarryless(ulong a, ulong b, out ulong high)
    {
        ulong low = 0;
        high = 0;
        for (int bit = 0; bit < 64; bit++)
        {
            ulong mask = 0 - (b >> bit & 1);
            low ^= (a << bit) & mask;
            high ^= (a >> 1 >> (63 - bit)) & mask;
        }
        return low;
    }
}
