namespace Granary.Vms.Primea;

/// <summary>
/// What the world itself costs, beside the fixed gas of instructions (<see cref="PrimeaOpcodes"/>), the ticks that
/// actors charge (one unit each) and what the host charges for data.
/// </summary>
internal static class PrimeaGas
{
    /// <summary>Reading a request: JSON to scripts. A byte may be copied once for each depth of scripts.</summary>
    public static long Parse(int bytes) => 500 + (40L * bytes);

    /// <summary>Queueing a message, taking it out again and writing what became of it.</summary>
    public static long Message(int bodyBytes) => 1_000 + (bodyBytes / 4);

    /// <summary>Hashing a block.</summary>
    public static long Hash(int bytes) => 300 + (3L * bytes);

    /// <summary>Decoding, encoding or copying.</summary>
    public static long Copy(long bytes) => 20 + bytes;

    /// <summary>One item of a list.</summary>
    public const int Item = 50;
}
