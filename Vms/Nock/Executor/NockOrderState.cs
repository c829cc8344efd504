namespace Granary.Vms.Nock;

/// <summary>How far a transaction is. Stored: numbers never change.</summary>
internal enum NockOrderState : byte
{
    /// <summary>It has a place, and no kernel yet.</summary>
    Ordered = 0,

    /// <summary>A kernel runs it.</summary>
    Joined = 1,

    /// <summary>It has said what it reads and writes.</summary>
    Declared = 2,

    /// <summary>What it put is stored.</summary>
    Done = 3,

    /// <summary>It put nothing.</summary>
    Failed = 4,
}
