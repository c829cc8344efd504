namespace Granary.Vms.Evm;

/// <summary>Prices that depend on operands, and the ratio to the gas of all engines.</summary>
internal static class EvmGas
{
    /// <summary>Gas of the system for one of Ethereum's: clients plan for about a hundred million of theirs a second.
    /// </summary>
    public const int Ratio = 10;

    public const int Copy = 3;
    public const int KeccakWord = 6;
    public const int LogByte = 8;
    public const int CallValue = 9_000;
    public const int CallStipend = 2_300;
    public const int NewAccount = 25_000;
    public const int ColdAccount = 2_600;
    public const int WarmAccess = 100;
    public const int CodeByte = 200;
    public const int Transaction = 21_000;
    public const int DataZeroByte = 4;
    public const int AccessListAddress = 2_400;
    public const int AccessListKey = 1_900;

    /// <summary>Memory beyond this cannot be paid for with any gas that a counter holds.</summary>
    private const ulong MemoryBytesPayable = 1UL << 39;

    /// <summary>Up to here the square of a count of words fits.</summary>
    private const long WordsSquareMax = 1L << 31;

    public static long Words(ulong bytes) => (long)((bytes + 31) / 32);

    /// <summary>The price of having a memory of so many words.</summary>
    public static long Memory(long words) => words <= WordsSquareMax
        ? (3 * words) + (words * words / 512)
        : (3 * words) + (long)((UInt128)words * (UInt128)words / 512);

    /// <summary>The words of a memory that holds a region; -1 when that is beyond any gas.</summary>
    public static long WordsFor(in EvmWord offset, in EvmWord length)
    {
        if (length.IsZero)
        {
            return 0;
        }
        return !offset.IsUInt64 || !length.IsUInt64
            || offset.U0 > MemoryBytesPayable || length.U0 > MemoryBytesPayable
            ? -1
            : Words(offset.U0 + length.U0);
    }
}
