using System.Numerics;

namespace Granary.Simulation;

/// <summary>
/// xoshiro256** 1.0 (Blackman and Vigna), its state filled by SplitMix64 from the seed: the same numbers on every
/// machine and in every version, which the one of the base library does not promise.
/// </summary>
internal sealed class SimRandom
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    public SimRandom(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    internal SimRandom(ulong s0, ulong s1, ulong s2, ulong s3) => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);

    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>From 0 to <paramref name="count"/> - 1. The bias of the product is below 2^-32.</summary>
    public int Next(int count) => (int)(((NextUInt64() >> 32) * (ulong)count) >> 32);

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public long Between(long least, long most) => least + (long)(NextUInt64() % (ulong)(most - least + 1));

    /// <summary>True in so many of a million cases.</summary>
    public bool Chance(int perMillion) => perMillion > 0 && Next(1_000_000) < perMillion;

    /// <summary>
    /// From 1 on, half of the cases below <paramref name="median"/>, a quarter above twice that, and so on: like a
    /// waiting time, without logarithms, which are not the same on every machine.
    /// </summary>
    public long Wait(long median)
    {
        int doublings = BitOperations.TrailingZeroCount(NextUInt64() | (1UL << 6));
        long least = doublings == 0 ? 1 : median * doublings;
        return Math.Max(1, Between(least, median * (doublings + 1L)));
    }

    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    internal static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
