namespace Granary.Kernels;

/// <summary>
/// Kinds of refusal. Each is an exit code of the command line (10 + number), so numbers never change.
/// </summary>
public enum KernelHostError
{
    BadRequest = 0,
    NoSuchKernel = 1,
    NameTaken = 2,
    NoSuchEngine = 3,
    InvalidCode = 4,
    MessageTooLarge = 5,
    InboxFull = 6,
    NoSuchCheckpoint = 7,
    BadBundle = 8,
    BadSnapshot = 9,

    /// <summary>The kernel cannot do it in its present status.</summary>
    WrongStatus = 10,

    /// <summary>The store refuses: read-only, locked, corrupt, full.</summary>
    Store = 11,

    /// <summary>The host is shutting down.</summary>
    ShuttingDown = 12,

    /// <summary>A node cannot be reached, or its answer was lost on the way.</summary>
    Unreachable = 13,

    /// <summary>
    /// A node answered what is no answer: it is broken, of another version, or something else entirely.
    /// </summary>
    BadAnswer = 14,

    /// <summary>A node wants a token, or one of a higher role.</summary>
    Denied = 15,
}
