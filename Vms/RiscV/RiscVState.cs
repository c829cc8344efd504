namespace Granary.Vms.RiscV;

/// <summary>Where a machine stands. Saved: numbers never change.</summary>
internal enum RiscVPhase : byte
{
    /// <summary>Nothing runs; the next message starts the program.</summary>
    Idle = 0,

    /// <summary>The program is in memory and not yet paid for.</summary>
    Loaded = 1,
    Running = 2,

    /// <summary>At an ecall that waits for the host.</summary>
    Waiting = 3,

    /// <summary>The message names an entry that there is not; the next run traps.</summary>
    UnknownEntry = 4,

    /// <summary>The arguments do not fit the stack; the next run traps.</summary>
    ArgumentsTooLong = 5,
}

/// <summary>Everything of a machine that is saved.</summary>
internal sealed class RiscVState
{
    public RiscVPhase Phase { get; set; }

    /// <summary>Cycles of this run: loading, instructions and what system calls cost, as CKB counts them.</summary>
    public ulong Cycles { get; set; }

    /// <summary>Cycles of loading, due when the run begins.</summary>
    public long LoadCycles { get; set; }

    /// <summary>The message being handled.</summary>
    public VmEntry Message { get; set; } = new("", default, "");

    /// <summary>Actor mode: the program has taken the message that started it.</summary>
    public bool MessageTaken { get; set; }

    /// <summary>Actor mode: the payload of the last reply that was waited for; at the end the output.</summary>
    public ReadOnlyMemory<byte> Reply { get; set; }

    /// <summary>The processes, in the order of their ids; the first is the program, the others it spawned.</summary>
    public List<RiscVProcess> Processes { get; } = [];

    /// <summary>Who may use which end of a pipe; even numbers read, odd ones write.</summary>
    public SortedDictionary<ulong, ulong> Pipes { get; } = [];

    public ulong NextPipe { get; set; } = RiscVPipes.First;

    public ulong NextProcess { get; set; }

    /// <summary>Exit codes of processes that ended and were not yet waited for.</summary>
    public SortedDictionary<ulong, byte> Ended { get; } = [];

    /// <summary>Nothing runs any more and nothing is kept.</summary>
    public void Clear()
    {
        Phase = RiscVPhase.Idle;
        LoadCycles = 0;
        Message = new VmEntry("", default, "");
        MessageTaken = false;
        Reply = default;
        Processes.Clear();
        Pipes.Clear();
        Ended.Clear();
        NextPipe = RiscVPipes.First;
        NextProcess = 0;
    }
}
