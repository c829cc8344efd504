namespace Granary.Vms;

/// <summary>How a call ended. Stored in journals and given to guests: numbers never change.</summary>
public enum ReplyStatus : byte
{
    Ok = 0,

    /// <summary>
    /// The program ended the message and asked for its changes to be undone; the payload is its output.
    /// </summary>
    Reverted = 1,

    /// <summary>The program trapped; the payload is UTF-8 text: trap kind, site and gas.</summary>
    Trapped = 2,

    /// <summary>There is no kernel behind the port (never was, or was deleted).</summary>
    NoSuchKernel = 3,

    /// <summary>The kernel called is already waiting in this chain of calls.</summary>
    CallCycle = 4,

    /// <summary>The receiver's inbox is full, or it refuses messages.</summary>
    Refused = 5,

    /// <summary>The caller is a fork, an import or a rollback of the kernel that made the call.</summary>
    Detached = 6,

    /// <summary>No such call: never made, or its reply was already taken.</summary>
    UnknownCall = 7,

    /// <summary>The deadline passed before the reply came, or before the message was begun.</summary>
    TimedOut = 8,

    /// <summary>Whoever made the port has revoked it.</summary>
    PortRevoked = 9,
}
