using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Granary.Vms.Evm;

/// <summary>What a permutation does with lanes of 64 bits, whatever holds them.</summary>
internal interface IEvmKeccakLane<TLane>
{
    static abstract TLane Of(ulong value);

    static abstract ulong Value(TLane lane);

    static abstract TLane Xor(TLane a, TLane b);

    static abstract TLane Xor(TLane a, TLane b, TLane c);

    /// <summary>a ^ (~b &amp; c).</summary>
    static abstract TLane Chi(TLane a, TLane b, TLane c);

    static abstract TLane RotateLeft(TLane lane, [ConstantExpected] byte count);
}

/// <summary>Lanes in the processor's general registers, of which there are too few for 25.</summary>
internal readonly struct EvmKeccakWord : IEvmKeccakLane<ulong>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Value(ulong lane) => lane;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Xor(ulong a, ulong b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Xor(ulong a, ulong b, ulong c) => a ^ b ^ c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Chi(ulong a, ulong b, ulong c) => a ^ (~b & c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong RotateLeft(ulong lane, [ConstantExpected] byte count) => BitOperations.RotateLeft(lane, count);
}

/// <summary>
/// Lanes in the lower halves of AVX-512's 32 vector registers: all 25 have one, and three operands take one
/// instruction. Nearly twice as fast as words.
/// </summary>
internal readonly struct EvmKeccakVector : IEvmKeccakLane<Vector128<ulong>>
{
    // The tables of a ^ b ^ c and of a ^ (~b & c), as the instruction wants them.
    private const byte XorOfThree = 0x96;
    private const byte ChiOfThree = 0xD2;

    public static bool IsSupported => Avx512F.VL.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Of(ulong value) => Vector128.CreateScalarUnsafe(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Value(Vector128<ulong> lane) => lane.ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Xor(Vector128<ulong> a, Vector128<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Xor(Vector128<ulong> a, Vector128<ulong> b, Vector128<ulong> c) =>
        Avx512F.VL.TernaryLogic(a, b, c, XorOfThree);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Chi(Vector128<ulong> a, Vector128<ulong> b, Vector128<ulong> c) =>
        Avx512F.VL.TernaryLogic(a, b, c, ChiOfThree);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> RotateLeft(Vector128<ulong> lane, [ConstantExpected] byte count) =>
        Avx512F.VL.RotateLeft(lane, count);
}
