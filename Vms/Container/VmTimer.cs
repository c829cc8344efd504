namespace Granary.Vms;

/// <summary>A message that a kernel will get from its own clock.</summary>
/// <param name="name">Names the timer; setting one of the same name replaces it.</param>
/// <param name="entry">The entry point; empty for the program's first.</param>
/// <param name="payload">0 to <see cref="VmLimits.PayloadBytesMax"/> bytes.</param>
/// <param name="delayMilliseconds">From the time of this turn to the first message.</param>
public readonly ref struct VmTimer(string name, string entry, ReadOnlySpan<byte> payload, long delayMilliseconds)
{
    public string Name { get; } = name;

    public string Entry { get; } = entry;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    public long DelayMilliseconds { get; } = delayMilliseconds;

    /// <summary>From one message to the next; 0 for a timer that fires once.</summary>
    public long PeriodMilliseconds { get; init; }

    /// <summary>The budget of each message.</summary>
    public long Gas { get; init; }
}
