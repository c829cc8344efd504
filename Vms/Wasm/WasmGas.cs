namespace Granary.Vms.Wasm;

/// <summary>
/// Prices. The weight of each instruction is in <see cref="WasmOpcodes"/>; here is what grows with data. One weight is
/// one gas.
/// </summary>
/// <remarks>A changed price changes results: it needs a new engine version.</remarks>
internal static class WasmGas
{
    /// <summary>Entering a function: the frame, and its locals set to zero, 4 a gas.</summary>
    public static int Entry(WasmFunction function) =>
        2 + (function.Locals.Length - function.Type.Parameters.Length) / 4;

    /// <summary>Bulk memory: 8 bytes a gas.</summary>
    public static long Bytes(ulong count) => (long)(count / 8);

    /// <summary>Bulk tables: an entry a gas.</summary>
    public static long Entries(ulong count) => (long)count;

    /// <summary>New pages of memory are zeroed and kept: 1,024 a page of 64 KiB.</summary>
    public static long Pages(ulong count) => (long)Math.Min(count, 65_536) * 1_024;

    /// <summary>Page of 4 KiB that was written to since the last commit: it is copied and hashed.</summary>
    public const long TouchedPage = 4_096;

    /// <summary>A slot of a saved frame.</summary>
    public const long SavedSlot = 8;

    /// <summary>Copying between the host and the memory, on top of the host's own price: 8 bytes a gas.</summary>
    public static long HostCopy(long bytes) => bytes / 8;

    /// <summary>Calling the host at all, beside the call's weight.</summary>
    public const long HostCall = 20;
}
