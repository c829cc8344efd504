namespace Granary.Vms.Primea.Ports;

/// <summary>One end of a channel: what a port reference refers to.</summary>
internal readonly record struct PortsEndId(ulong Channel, byte Side) : IComparable<PortsEndId>
{
    /// <summary>The other end.</summary>
    public PortsEndId Peer() => new(Channel, (byte)(1 - Side));

    public int CompareTo(PortsEndId other)
    {
        int order = Channel.CompareTo(other.Channel);
        return order != 0 ? order : Side.CompareTo(other.Side);
    }
}

/// <summary>Where an end is. Saved: numbers never change.</summary>
internal enum PortsPlace : byte
{
    /// <summary>In a message that has not been received.</summary>
    Travelling = 0,

    /// <summary>In the hand of the instance that handles a message.</summary>
    Held = 1,

    /// <summary>A port of an instance, with a name.</summary>
    Bound = 2,

    /// <summary>Deleted. What is sent to it goes nowhere.</summary>
    Dead = 3,
}

/// <summary>An end with the messages that wait at it, wherever it is.</summary>
internal sealed class PortsEnd(PortsEndId id)
{
    public PortsEndId Id { get; } = id;

    public PortsPlace Place { get; set; }

    /// <summary>Whose port it is, when it is bound.</summary>
    public PrimeaHash Holder { get; set; }

    /// <summary>The port's name, or its name in the hand.</summary>
    public string Name { get; set; } = "";

    /// <summary>The place among its holder's ports: of two messages with the same ticks the older port's.</summary>
    public ulong Order { get; set; }

    /// <summary>The ticks at which it died.</summary>
    public long DeadSince { get; set; }

    public Queue<PortsMessage> Messages { get; } = new();
}

/// <summary>A message on its way through a channel, or from the host or the maker to an instance.</summary>
/// <param name="Deletion">True: the other end is deleted.</param>
internal sealed record PortsMessage(
    bool Deletion, long FromTicks, string Label, ReadOnlyMemory<byte> Script, IReadOnlyList<PortsEndId> Ports)
{
    private const int FixedBytes = 128;
    private const int PortBytes = 32;

    public long HeldBytes => FixedBytes + Script.Length + ((long)PortBytes * Ports.Count);
}

/// <summary>An instance: what version 0.1 calls a container.</summary>
internal sealed class PortsInstance(PrimeaHash id, ulong type)
{
    public const int FixedBytes = 256;

    public PrimeaHash Id { get; } = id;

    public ulong Type { get; } = type;

    /// <summary>How many instances it has made.</summary>
    public ulong Nonce { get; set; }

    /// <summary>Begins at zero with each run.</summary>
    public long Ticks { get; set; }

    /// <summary>The place that the next port gets.</summary>
    public ulong NextOrder { get; set; } = 1;

    public SortedDictionary<string, PortsEndId> Ports { get; } = new(StringComparer.Ordinal);

    /// <summary>From the host, to the root; and the first message of an instance, from its maker.</summary>
    public Queue<PortsMessage> Arrivals { get; } = new();

    /// <summary>CBOR items.</summary>
    public List<byte[]> Storage { get; } = [];

    public long StorageBytes { get; set; }
}

/// <summary>A message that is next at its port: the order in which a world handles messages.</summary>
/// <param name="End">The channel's end; null: among the arrivals, which come before all ports.</param>
internal readonly record struct PortsHead(long FromTicks, PrimeaHash Receiver, ulong Order, PortsEndId? End)
    : IComparable<PortsHead>
{
    public int CompareTo(PortsHead other)
    {
        int order = FromTicks.CompareTo(other.FromTicks);
        if (order == 0)
        {
            order = Receiver.CompareTo(other.Receiver);
        }
        return order != 0 ? order : Order.CompareTo(other.Order);
    }
}

/// <summary>Exactly what is saved of a world of ports: all of it, at all times.</summary>
internal sealed class PortsWorld
{
    public PrimeaPhase Phase { get; set; }

    public string Entry { get; set; } = "";

    public ReadOnlyMemory<byte> Payload { get; set; }

    public bool Founded { get; set; }

    public ReadOnlyMemory<byte> Operations { get; set; }

    public ulong NextChannel { get; set; }

    public SortedDictionary<PrimeaHash, PortsInstance> Instances { get; } = [];

    public SortedDictionary<PortsEndId, PortsEnd> Ends { get; } = [];

    /// <summary>What is next at each port that has something; follows from the rest.</summary>
    public SortedSet<PortsHead> Heads { get; } = [];

    /// <summary>Messages and storage and what stands around them.</summary>
    public long HeldBytes { get; set; }

    public int MessageCount { get; set; }

    /// <summary>Whose message is being handled.</summary>
    public PortsInstance? Running { get; set; }

    public PortsMessage? Current { get; set; }

    /// <summary>The port that it came through; empty: none.</summary>
    public string CurrentPort { get; set; } = "";

    public long CurrentTicks { get; set; }

    public ReadOnlyMemory<byte> Steps { get; set; }

    /// <summary>The unbound port references of the instance that runs, by their names.</summary>
    public SortedDictionary<string, PortsEndId> Hand { get; } = new(StringComparer.Ordinal);

    public byte[] Output { get; set; } = [];

    public PrimeaEvents Events { get; } = new();
}
