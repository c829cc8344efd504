namespace Granary.Vms;

/// <summary>
/// Prices of host calls, the same for every engine. One unit of gas is about one simple interpreted instruction, that
/// is about a nanosecond; the prices follow measured cost, rounded up. An engine's own ratio is in its
/// <c>README.md</c>.
/// </summary>
/// <remarks>A changed price changes results: it needs new engine versions.</remarks>
public static class GasSchedule
{
    /// <summary>Reading by key: a walk down the tree.</summary>
    public static long Get(int keyBytes) => 400 + 2L * keyBytes;

    /// <summary>Per byte that a read hands to the machine.</summary>
    public static long Copy(int bytes) => bytes / 4;

    /// <summary>Writing: the path is copied now, and hashed and stored at the next checkpoint.</summary>
    public static long Put(int keyBytes, int valueBytes) => 4_000 + 8L * keyBytes + 4L * valueBytes;

    public static long Delete(int keyBytes) => 4_000 + 8L * keyBytes;

    public static long Next(int keyBytes) => 800 + 2L * keyBytes;

    /// <summary>Sending: journalled by both sides.</summary>
    public static long Send(int payloadBytes) => 10_000 + 8L * payloadBytes;

    public static long Reply(int payloadBytes) => 5_000 + 8L * payloadBytes;

    /// <summary>Naming, making or dropping a port: like storing a small value.</summary>
    public static long Port(int nameBytes) => Put(nameBytes, valueBytes: 64);

    /// <summary>Each port that goes with a message.</summary>
    public static long Attach(int nameBytes) => Get(nameBytes) + 500;

    /// <summary>Setting or removing a timer: what it will send is stored.</summary>
    public static long Timer(int payloadBytes) => 10_000 + 8L * payloadBytes;

    public static long Arrived => 20;

    public static long Emit(int payloadBytes) => 5_000 + 8L * payloadBytes;

    /// <summary>Output and log lines: hashed into the turn's digest.</summary>
    public static long Print(int textBytes) => 500 + 4L * textBytes;

    public static long Random => 200;

    public static long Time => 20;

    /// <summary>A suspension commits: a journal entry, and the machine is saved.</summary>
    public static long Suspend(long savedBytes) => 5_000 + savedBytes;
}
