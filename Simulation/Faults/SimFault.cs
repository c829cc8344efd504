namespace Granary.Simulation;

/// <summary>
/// What goes wrong in a simulation. Names on the command line are the same in small letters, with hyphens.
/// </summary>
[Flags]
public enum SimFault
{
    None = 0,

    /// <summary>The network loses packets.</summary>
    Drop = 1,

    /// <summary>The network delivers packets twice, the second time perhaps much later.</summary>
    Dup = 1 << 1,

    /// <summary>Packets overtake each other.</summary>
    Reorder = 1 << 2,

    /// <summary>Packets are slow for a while.</summary>
    Delay = 1 << 3,

    /// <summary>Nodes, clients and the store cannot reach each other for a while.</summary>
    Partition = 1 << 4,

    /// <summary>Nodes lose their memory: at any time, before and after each write, during recovery.</summary>
    Crash = 1 << 5,

    /// <summary>A batch is written for some of its kernels only, and its node is told that it failed.</summary>
    Torn = 1 << 6,

    /// <summary>The store answers writes and reads with errors, after success too, or not at all.</summary>
    StoreErrors = 1 << 7,

    /// <summary>Writes take a hundred times as long for a while.</summary>
    SlowDisk = 1 << 8,

    /// <summary>The clocks of nodes differ and jump.</summary>
    Skew = 1 << 9,

    /// <summary>Two nodes hold the same kernel.</summary>
    DoubleActivation = 1 << 10,

    /// <summary>Kernels go to other nodes while they run.</summary>
    Migrate = 1 << 11,

    /// <summary>The collector runs, and stops half-way.</summary>
    Collect = 1 << 12,

    /// <summary>Operators take snapshots, fork, roll back, pause and resume.</summary>
    Operator = 1 << 13,

    /// <summary>Kernels leave memory.</summary>
    Evict = 1 << 14,

    All = (1 << 15) - 1,
}
