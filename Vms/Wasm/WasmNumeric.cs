using System.Numerics;
using System.Runtime.CompilerServices;

namespace Granary.Vms.Wasm;

/// <summary>The numeric instructions that the interpreter's loop leaves out.</summary>
/// <remarks>
/// Arithmetic never leaves a NaN but the canonical one: the deterministic profile of WebAssembly 3.0.
/// </remarks>
internal static unsafe class WasmNumeric
{
    private const ulong CanonicalDouble = 0x7ff8_0000_0000_0000;
    private const uint CanonicalSingle = 0x7fc0_0000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(double value) =>
        double.IsNaN(value) ? CanonicalDouble : BitConverter.DoubleToUInt64Bits(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(float value) =>
        float.IsNaN(value) ? CanonicalSingle : BitConverter.SingleToUInt32Bits(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Canonical(double value) =>
        double.IsNaN(value) ? BitConverter.UInt64BitsToDouble(CanonicalDouble) : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Canonical(float value) =>
        float.IsNaN(value) ? BitConverter.UInt32BitsToSingle(CanonicalSingle) : value;

    /// <summary>One rounding: .NET goes through a double for a float, which rounds twice.</summary>
    public static float ToSingle(ulong value) => (long)value >= 0
        ? (float)(long)value
        : (float)(long)(value >> 1 | value & 1) * 2;

    public static double ToDouble(ulong value) => (long)value >= 0
        ? (double)(long)value
        : (double)(long)(value >> 1 | value & 1) * 2;

    /// <summary>Executes a step; <see cref="WasmTrap.NotNumeric"/> when it is none of these.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static WasmTrap Execute(WasmStep* s, ulong* fp)
    {
        switch ((WasmOp)s->Op)
        {
            case WasmOp.I32DivS or WasmOp.I32DivU or WasmOp.I32RemS or WasmOp.I32RemU:
                return Divide32(s, fp);
            case WasmOp.I64DivS or WasmOp.I64DivU or WasmOp.I64RemS or WasmOp.I64RemU:
                return Divide64(s, fp);
            case WasmOp.I32Clz:
                fp[s->A] = (uint)BitOperations.LeadingZeroCount((uint)fp[s->B]);
                return WasmTrap.None;
            case WasmOp.I32Ctz:
                fp[s->A] = (uint)BitOperations.TrailingZeroCount((uint)fp[s->B]);
                return WasmTrap.None;
            case WasmOp.I32Popcnt:
                fp[s->A] = (uint)BitOperations.PopCount((uint)fp[s->B]);
                return WasmTrap.None;
            case WasmOp.I32Rotr:
                fp[s->A] = BitOperations.RotateRight((uint)fp[s->B], (int)fp[s->C]);
                return WasmTrap.None;
            case WasmOp.I64Clz:
                fp[s->A] = (uint)BitOperations.LeadingZeroCount(fp[s->B]);
                return WasmTrap.None;
            case WasmOp.I64Ctz:
                fp[s->A] = (uint)BitOperations.TrailingZeroCount(fp[s->B]);
                return WasmTrap.None;
            case WasmOp.I64Popcnt:
                fp[s->A] = (uint)BitOperations.PopCount(fp[s->B]);
                return WasmTrap.None;
            case WasmOp.I64Rotr:
                fp[s->A] = BitOperations.RotateRight(fp[s->B], (int)fp[s->C]);
                return WasmTrap.None;
            case WasmOp.I32Extend8S:
                fp[s->A] = (uint)(sbyte)fp[s->B];
                return WasmTrap.None;
            case WasmOp.I32Extend16S:
                fp[s->A] = (uint)(short)fp[s->B];
                return WasmTrap.None;
            case WasmOp.I64Extend8S:
                fp[s->A] = (ulong)(sbyte)fp[s->B];
                return WasmTrap.None;
            case WasmOp.I64Extend16S:
                fp[s->A] = (ulong)(short)fp[s->B];
                return WasmTrap.None;
            case WasmOp.I64Extend32S:
                fp[s->A] = (ulong)(int)fp[s->B];
                return WasmTrap.None;
            case WasmOp.I32ReinterpretF32 or WasmOp.F32ReinterpretI32 or WasmOp.I64ReinterpretF64
                or WasmOp.F64ReinterpretI64:
                fp[s->A] = fp[s->B];
                return WasmTrap.None;
            default:
                return ExecuteFloat(s, fp);
        }
    }

    private static WasmTrap Divide32(WasmStep* s, ulong* fp)
    {
        int x = (int)fp[s->B];
        int y = (int)fp[s->C];
        if (y == 0)
        {
            return WasmTrap.DivideByZero;
        }
        WasmOp op = (WasmOp)s->Op;
        if (x == int.MinValue && y == -1 && op == WasmOp.I32DivS)
        {
            return WasmTrap.IntegerOverflow;
        }
        fp[s->A] = op switch
        {
            WasmOp.I32DivS => (uint)(x / y),
            WasmOp.I32DivU => (uint)x / (uint)y,
            WasmOp.I32RemS => y == -1 ? 0 : (uint)(x % y),
            _ => (uint)x % (uint)y,
        };
        return WasmTrap.None;
    }

    private static WasmTrap Divide64(WasmStep* s, ulong* fp)
    {
        long x = (long)fp[s->B];
        long y = (long)fp[s->C];
        if (y == 0)
        {
            return WasmTrap.DivideByZero;
        }
        WasmOp op = (WasmOp)s->Op;
        if (x == long.MinValue && y == -1 && op == WasmOp.I64DivS)
        {
            return WasmTrap.IntegerOverflow;
        }
        fp[s->A] = op switch
        {
            WasmOp.I64DivS => (ulong)(x / y),
            WasmOp.I64DivU => (ulong)x / (ulong)y,
            WasmOp.I64RemS => y == -1 ? 0 : (ulong)(x % y),
            _ => (ulong)x % (ulong)y,
        };
        return WasmTrap.None;
    }

    private static WasmTrap ExecuteFloat(WasmStep* s, ulong* fp)
    {
        switch ((WasmOp)s->Op)
        {
            case WasmOp.F32Abs:
                fp[s->A] = fp[s->B] & 0x7fff_ffff;
                return WasmTrap.None;
            case WasmOp.F32Neg:
                fp[s->A] = fp[s->B] ^ 0x8000_0000;
                return WasmTrap.None;
            case WasmOp.F32Ceil:
                fp[s->A] = Bits(MathF.Ceiling(*(float*)(fp + s->B)));
                return WasmTrap.None;
            case WasmOp.F32Floor:
                fp[s->A] = Bits(MathF.Floor(*(float*)(fp + s->B)));
                return WasmTrap.None;
            case WasmOp.F32Trunc:
                fp[s->A] = Bits(MathF.Truncate(*(float*)(fp + s->B)));
                return WasmTrap.None;
            case WasmOp.F32Nearest:
                fp[s->A] = Bits(MathF.Round(*(float*)(fp + s->B), MidpointRounding.ToEven));
                return WasmTrap.None;
            case WasmOp.F32Sqrt:
                fp[s->A] = Bits(MathF.Sqrt(*(float*)(fp + s->B)));
                return WasmTrap.None;
            case WasmOp.F32Min:
                fp[s->A] = Bits(MathF.Min(*(float*)(fp + s->B), *(float*)(fp + s->C)));
                return WasmTrap.None;
            case WasmOp.F32Max:
                fp[s->A] = Bits(MathF.Max(*(float*)(fp + s->B), *(float*)(fp + s->C)));
                return WasmTrap.None;
            case WasmOp.F32Copysign:
                fp[s->A] = (fp[s->B] & 0x7fff_ffff) | (fp[s->C] & 0x8000_0000);
                return WasmTrap.None;
            case WasmOp.F64Abs:
                fp[s->A] = fp[s->B] & 0x7fff_ffff_ffff_ffff;
                return WasmTrap.None;
            case WasmOp.F64Neg:
                fp[s->A] = fp[s->B] ^ 0x8000_0000_0000_0000;
                return WasmTrap.None;
            case WasmOp.F64Ceil:
                fp[s->A] = Bits(Math.Ceiling(*(double*)(fp + s->B)));
                return WasmTrap.None;
            case WasmOp.F64Floor:
                fp[s->A] = Bits(Math.Floor(*(double*)(fp + s->B)));
                return WasmTrap.None;
            case WasmOp.F64Trunc:
                fp[s->A] = Bits(Math.Truncate(*(double*)(fp + s->B)));
                return WasmTrap.None;
            case WasmOp.F64Nearest:
                fp[s->A] = Bits(Math.Round(*(double*)(fp + s->B), MidpointRounding.ToEven));
                return WasmTrap.None;
            case WasmOp.F64Sqrt:
                fp[s->A] = Bits(Math.Sqrt(*(double*)(fp + s->B)));
                return WasmTrap.None;
            case WasmOp.F64Min:
                fp[s->A] = Bits(Math.Min(*(double*)(fp + s->B), *(double*)(fp + s->C)));
                return WasmTrap.None;
            case WasmOp.F64Max:
                fp[s->A] = Bits(Math.Max(*(double*)(fp + s->B), *(double*)(fp + s->C)));
                return WasmTrap.None;
            case WasmOp.F64Copysign:
                fp[s->A] = (fp[s->B] & 0x7fff_ffff_ffff_ffff) | (fp[s->C] & 0x8000_0000_0000_0000);
                return WasmTrap.None;
            case WasmOp.F32ConvertI32S:
                fp[s->A] = Bits((float)(int)fp[s->B]);
                return WasmTrap.None;
            case WasmOp.F32ConvertI32U:
                fp[s->A] = Bits((float)(long)(uint)fp[s->B]);
                return WasmTrap.None;
            case WasmOp.F32ConvertI64S:
                fp[s->A] = Bits((float)(long)fp[s->B]);
                return WasmTrap.None;
            case WasmOp.F32ConvertI64U:
                fp[s->A] = Bits(ToSingle(fp[s->B]));
                return WasmTrap.None;
            case WasmOp.F64ConvertI32S:
                fp[s->A] = Bits((double)(int)fp[s->B]);
                return WasmTrap.None;
            case WasmOp.F64ConvertI32U:
                fp[s->A] = Bits((double)(uint)fp[s->B]);
                return WasmTrap.None;
            case WasmOp.F64ConvertI64S:
                fp[s->A] = Bits((double)(long)fp[s->B]);
                return WasmTrap.None;
            case WasmOp.F64ConvertI64U:
                fp[s->A] = Bits(ToDouble(fp[s->B]));
                return WasmTrap.None;
            case WasmOp.F32DemoteF64:
                fp[s->A] = Bits((float)*(double*)(fp + s->B));
                return WasmTrap.None;
            case WasmOp.F64PromoteF32:
                fp[s->A] = Bits((double)*(float*)(fp + s->B));
                return WasmTrap.None;
            default:
                return ExecuteTruncation(s, fp);
        }
    }

    private static WasmTrap ExecuteTruncation(WasmStep* s, ulong* fp)
    {
        WasmTrap trap;
        switch ((WasmOp)s->Op)
        {
            case WasmOp.I32TruncSatF32S:
                fp[s->A] = (uint)WasmConversions.SaturateInt(*(float*)(fp + s->B));
                return WasmTrap.None;
            case WasmOp.I32TruncF32S:
                trap = WasmConversions.CheckInt(*(float*)(fp + s->B));
                fp[s->A] = (uint)WasmConversions.SaturateInt(*(float*)(fp + s->B));
                return trap;
            case WasmOp.I32TruncSatF32U:
                fp[s->A] = WasmConversions.SaturateUInt(*(float*)(fp + s->B));
                return WasmTrap.None;
            case WasmOp.I32TruncF32U:
                trap = WasmConversions.CheckUInt(*(float*)(fp + s->B));
                fp[s->A] = WasmConversions.SaturateUInt(*(float*)(fp + s->B));
                return trap;
            case WasmOp.I32TruncSatF64S:
                fp[s->A] = (uint)WasmConversions.SaturateInt(*(double*)(fp + s->B));
                return WasmTrap.None;
            case WasmOp.I32TruncF64S:
                trap = WasmConversions.CheckInt(*(double*)(fp + s->B));
                fp[s->A] = (uint)WasmConversions.SaturateInt(*(double*)(fp + s->B));
                return trap;
            case WasmOp.I32TruncSatF64U:
                fp[s->A] = WasmConversions.SaturateUInt(*(double*)(fp + s->B));
                return WasmTrap.None;
            case WasmOp.I32TruncF64U:
                trap = WasmConversions.CheckUInt(*(double*)(fp + s->B));
                fp[s->A] = WasmConversions.SaturateUInt(*(double*)(fp + s->B));
                return trap;
            case WasmOp.I64TruncSatF32S:
                fp[s->A] = (ulong)WasmConversions.SaturateLong(*(float*)(fp + s->B));
                return WasmTrap.None;
            case WasmOp.I64TruncF32S:
                trap = WasmConversions.CheckLong(*(float*)(fp + s->B));
                fp[s->A] = (ulong)WasmConversions.SaturateLong(*(float*)(fp + s->B));
                return trap;
            case WasmOp.I64TruncSatF32U:
                fp[s->A] = WasmConversions.SaturateULong(*(float*)(fp + s->B));
                return WasmTrap.None;
            case WasmOp.I64TruncF32U:
                trap = WasmConversions.CheckULong(*(float*)(fp + s->B));
                fp[s->A] = WasmConversions.SaturateULong(*(float*)(fp + s->B));
                return trap;
            case WasmOp.I64TruncSatF64S:
                fp[s->A] = (ulong)WasmConversions.SaturateLong(*(double*)(fp + s->B));
                return WasmTrap.None;
            case WasmOp.I64TruncF64S:
                trap = WasmConversions.CheckLong(*(double*)(fp + s->B));
                fp[s->A] = (ulong)WasmConversions.SaturateLong(*(double*)(fp + s->B));
                return trap;
            case WasmOp.I64TruncSatF64U:
                fp[s->A] = WasmConversions.SaturateULong(*(double*)(fp + s->B));
                return WasmTrap.None;
            case WasmOp.I64TruncF64U:
                trap = WasmConversions.CheckULong(*(double*)(fp + s->B));
                fp[s->A] = WasmConversions.SaturateULong(*(double*)(fp + s->B));
                return trap;
            default:
                // None of these: the caller goes on with the others.
                return WasmTrap.NotNumeric;
        }
    }
}
