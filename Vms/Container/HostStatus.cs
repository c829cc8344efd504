namespace Granary.Vms;

/// <summary>How a host call ended. An engine traps on <see cref="OutOfGas"/> and <see cref="LimitExceeded"/>;
/// the others are results that the guest sees.</summary>
public enum HostStatus : byte
{
    Ok = 0,
    NotFound = 1,

    /// <summary>The message's gas does not cover the call; nothing was done or charged.</summary>
    OutOfGas = 2,

    /// <summary>A key, value, payload, name or queue is over its limit; nothing was done.</summary>
    LimitExceeded = 3,

    /// <summary>The kernel holds no port of that name; nothing was sent.</summary>
    NoSuchPort = 4,

    /// <summary>The message being handled is no call, or has been replied to.</summary>
    NothingToReplyTo = 5,

    /// <summary>The kernel holds a port of that name already; nothing was done.</summary>
    PortTaken = 6,
}
