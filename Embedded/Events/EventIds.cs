namespace Granary.Embedded;

/// <summary>How a host numbers its events: rising, also over its restarts.</summary>
public sealed class EventIds
{
    /// <summary>A host that makes a million events each millisecond would meet the ids of its next run.</summary>
    private const int BitsPerMillisecond = 20;

    /// <summary>With others: 256 events each millisecond, and which of the hosts.</summary>
    private const int SharedBitsPerMillisecond = 22;
    private const int HostBits = 14;

    private readonly ulong _step;
    private readonly ulong _host;

    private EventIds(ulong start, ulong step, ulong host) => (Start, _step, _host) = (start, step, host);

    /// <summary>Ids are above it.</summary>
    public ulong Start { get; }

    /// <param name="startTime">When the host started, in Unix milliseconds.</param>
    public static EventIds Alone(long startTime) => new((ulong)startTime << BitsPerMillisecond, 1, 0);

    /// <summary>For a host beside others, whose events are merged: no id is that of another host.</summary>
    /// <param name="name">The host's name among the others.</param>
    public static EventIds Beside(long startTime, string name)
    {
        uint hash = 2_166_136_261;
        foreach (char c in name)
        {
            hash = (hash ^ c) * 16_777_619;
        }
        // Names that differ in their last character only, as silo-1 and silo-2, always differ in these bits.
        return new EventIds((ulong)startTime << SharedBitsPerMillisecond, 1 << HostBits, hash % (1 << HostBits));
    }

    /// <summary>For events that have ids, above this one.</summary>
    public static EventIds From(ulong start) => new(start, 1, 0);

    internal ulong Above(ulong id) => ((id / _step) + 1) * _step + _host;
}
