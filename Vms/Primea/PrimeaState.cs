namespace Granary.Vms.Primea;

/// <summary>Exactly what is saved of a world in mid-run. What it keeps between messages is the kernel's data.</summary>
internal sealed class PrimeaState
{
    public PrimeaPhase Phase { get; set; }

    public string Entry { get; set; } = "";

    public ReadOnlyMemory<byte> Payload { get; set; }

    /// <summary>True while the operations of the code run, before those of the first message.</summary>
    public bool Founding { get; set; }

    public PrimeaWorld World { get; set; } = new();

    /// <summary>The operations that are left, one behind the other.</summary>
    public ReadOnlyMemory<byte> Operations { get; set; }

    public PriorityQueue<PrimeaMessage, PrimeaPlace> Queue { get; } = new();

    public ulong Sequence { get; set; }

    public SortedDictionary<PrimeaHash, PrimeaActor> Loaded { get; } = [];

    /// <summary>Queued bodies and loaded storage.</summary>
    public long HeldBytes { get; set; }

    /// <summary>The message being handled, whose receiver is loaded.</summary>
    public PrimeaMessage? Current { get; set; }

    public long CurrentTicks { get; set; }

    /// <summary>The steps of its script that are left, one behind the other.</summary>
    public ReadOnlyMemory<byte> Steps { get; set; }

    /// <summary>Blocks whose last use may have gone; see <see cref="PrimeaBlocks"/>.</summary>
    public Stack<PrimeaHash> Releases { get; } = new();

    /// <summary>What the message will be answered with, unless there are events.</summary>
    public byte[] Output { get; set; } = [];

    public PrimeaEvents Events { get; } = new();

    /// <summary>Abandons whatever was being done.</summary>
    public void Clear()
    {
        Phase = PrimeaPhase.Idle;
        Entry = "";
        Payload = default;
        Founding = false;
        World = new PrimeaWorld();
        Operations = default;
        Queue.Clear();
        Sequence = 0;
        Loaded.Clear();
        HeldBytes = 0;
        EndMessage();
        Releases.Clear();
        Output = [];
        Events.Clear();
    }

    public void EndMessage()
    {
        Current = null;
        CurrentTicks = 0;
        Steps = default;
    }
}
