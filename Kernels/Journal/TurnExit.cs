namespace Granary.Kernels;

/// <summary>How a turn ended. Stored: numbers never change.</summary>
public enum TurnExit : byte
{
    Halted = 1,
    Reverted = 2,
    Trapped = 3,
    Slept = 4,
    Receiving = 5,
    Awaiting = 6,
}
