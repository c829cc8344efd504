namespace Granary.Vms.Mcs51;

/// <summary>What a stock machine is doing. Saved: numbers never change.</summary>
internal enum Mcs51Phase : byte
{
    /// <summary>Never switched on, or at its end; memories are as they were.</summary>
    Off = 0,
    Running = 1,

    /// <summary>Needs a message.</summary>
    Waiting = 2,

    /// <summary>A message named an entry point that there is not; the next run traps.</summary>
    UnknownEntry = 3,

    /// <summary>A message brought more than the input queue takes; the next run traps.</summary>
    TooMuchInput = 4,
}
