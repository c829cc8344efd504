namespace Granary.Kernels;

/// <summary>What became of a message that was brought to a kernel.</summary>
public enum DeliveryStatus : byte
{
    /// <summary>It is in the journal (and durable once that is).</summary>
    Taken,

    /// <summary>It had been taken before; nothing happened.</summary>
    Duplicate,

    /// <summary>A message before it is missing: bring that first.</summary>
    OutOfOrder,

    /// <summary>Bring it again later.</summary>
    InboxFull,

    /// <summary>Its payload is over the limit.</summary>
    TooLarge,

    /// <summary>Its entry point or key is no name.</summary>
    BadName,

    /// <summary>Clients send and call; they do not reply, and a budget is not negative.</summary>
    NotForClients,
}

/// <param name="Position">Where it stands in the journal; 0 when it was not taken.</param>
public readonly record struct Delivery(DeliveryStatus Status, ulong Position);
