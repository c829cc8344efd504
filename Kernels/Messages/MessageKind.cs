namespace Granary.Kernels;

/// <summary>What a message is. Stored: numbers never change.</summary>
public enum MessageKind : byte
{
    /// <summary>No reply is expected.</summary>
    Send = 1,

    /// <summary>A reply is expected.</summary>
    Call = 2,

    /// <summary>The answer to a call.</summary>
    Reply = 3,

    /// <summary>From a kernel's own timer; no reply is expected.</summary>
    Timer = 4,
}
