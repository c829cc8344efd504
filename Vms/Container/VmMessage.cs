namespace Granary.Vms;

/// <summary>What a program sends through a port.</summary>
/// <param name="port">The name of a port that the kernel holds; for a broadcast, of a group of ports.</param>
/// <param name="entry">The entry point; empty for the receiver's first.</param>
/// <param name="payload">0 to <see cref="VmLimits.PayloadBytesMax"/> bytes.</param>
/// <param name="gas">Gas for handling it, moved out of the sender's budget.</param>
public readonly ref struct VmMessage(string port, string entry, ReadOnlySpan<byte> payload, long gas)
{
    /// <summary>The most ports that go with one message or reply.</summary>
    public const int PortsMax = 16;

    public string Port { get; } = port;

    public string Entry { get; } = entry;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    public long Gas { get; } = gas;

    /// <summary>Names of ports that the kernel holds; the receiver gets a copy of each.</summary>
    public ReadOnlySpan<string> Ports { get; init; }

    /// <summary>
    /// The message is not begun later than so many milliseconds after the time of this turn, and nobody waits longer
    /// for its reply; null for no such bound. A message that is sent while one with a deadline is handled has that
    /// deadline at most.
    /// </summary>
    public long? TimeoutMilliseconds { get; init; }
}
