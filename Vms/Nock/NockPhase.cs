namespace Granary.Vms.Nock;

/// <summary>Where the handling of a message stands. Stored: numbers never change.</summary>
internal enum NockPhase : byte
{
    /// <summary>No message.</summary>
    Idle = 0,

    /// <summary>The message names an entry that there is not; <see cref="NockJob.Payload"/> is the name.</summary>
    UnknownEntry = 1,

    /// <summary>The payload is to be read.</summary>
    Start = 2,

    /// <summary>The gate is being kicked.</summary>
    Kick = 3,

    /// <summary>A transaction: the executor is asked for its place.</summary>
    Join = 4,

    /// <summary>A transaction: the gate is being kicked for what it reads and writes.</summary>
    Phase1 = 5,

    /// <summary>A transaction: the executor is told what it reads and writes.</summary>
    Declare = 6,

    /// <summary>A transaction: its second part is being evaluated.</summary>
    Phase2 = 7,

    /// <summary>A transaction: the executor is asked for a value that is scried.</summary>
    Read = 8,

    /// <summary>A transaction: an earlier one that writes what this one reads is waited for.</summary>
    Behind = 9,

    /// <summary>A transaction: the executor is told how it ended.</summary>
    Finish = 10,

    /// <summary>A transaction: it has ended, and says so.</summary>
    Ended = 11,
}
