namespace Granary.Vms.RiscV;

/// <summary>Prices in cycles. One cycle is one gas.</summary>
internal static class RiscVGas
{
    private const int BytesPerCycle = 4;

    /// <summary>Gas of a process's memory, which is zeroed.</summary>
    public const long NewMemory = 250_000;

    private const int DecodedGasPerByte = 32;

    /// <summary>
    /// Gas of a process, on top of the cycles: the reference does not charge for a memory, nor for code that is decoded
    /// anew, but both take time.
    /// </summary>
    public static long NewProcess(int fileBytes) => NewMemory + ((long)DecodedGasPerByte * fileBytes);

    /// <summary>Bytes of a saved machine beside its memory and its message, rounded up.</summary>
    public const long SavedFields = 1_024;

    /// <summary>An actor's memory is zeroed when it starts: that costs less a byte than loading.</summary>
    private const int ZeroedBytesPerCycle = 64;

    public static long Zeroed(long count) => count / ZeroedBytesPerCycle;

    /// <summary>Bytes that are loaded, printed or copied cost a quarter of a cycle each, rounded up.</summary>
    public static long Bytes(long count) => (count + BytesPerCycle - 1) / BytesPerCycle;
}
