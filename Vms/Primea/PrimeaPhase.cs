namespace Granary.Vms.Primea;

/// <summary>Where a machine stands. Saved: numbers never change.</summary>
internal enum PrimeaPhase : byte
{
    Idle = 0,

    /// <summary>A message has come; nothing has been done.</summary>
    Entered = 1,

    /// <summary>The operations of the code, or of the message, run one after the other.</summary>
    Operating = 2,

    /// <summary>Messages between actors are handled until none is left.</summary>
    Draining = 3,

    /// <summary>Actors that were loaded are written back, one by one.</summary>
    Flushing = 4,

    /// <summary>The operations are done; what they made needless is removed, then the answer is given.</summary>
    Ending = 5,

    /// <summary>The message is larger than the machine takes: the next run traps.</summary>
    TooLarge = 6,
}
