namespace Granary.Kernels;

/// <summary>What a kernel is doing. Stored: numbers never change.</summary>
public enum KernelStatus : byte
{
    /// <summary>Waits for a message.</summary>
    Idle = 0,

    /// <summary>In the middle of a message.</summary>
    Running = 1,

    /// <summary>In the middle of a message that sleeps.</summary>
    Sleeping = 2,

    /// <summary>In the middle of a program that asked for the next message.</summary>
    Receiving = 3,

    /// <summary>In the middle of a message that waits for the reply to a call.</summary>
    Awaiting = 4,

    /// <summary>Takes messages but does not run until it is resumed.</summary>
    Paused = 5,

    /// <summary>Re-execution did not give what the journal says; nothing is lost, nothing goes on.</summary>
    Quarantined = 6,

    /// <summary>Gone; its id is never used again.</summary>
    Deleted = 7,

    /// <summary>This binary lacks the kernel's engine or version.</summary>
    Refused = 8,
}
