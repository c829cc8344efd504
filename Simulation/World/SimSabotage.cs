namespace Granary.Simulation;

/// <summary>Bugs on purpose: a simulation that does not find them proves nothing.</summary>
internal enum SimSabotage
{
    None,

    /// <summary>Effects leave, and waiters are told, before the entries are durable.</summary>
    EffectsBeforeDurable,

    /// <summary>A message that comes out of order counts as taken.</summary>
    RefusedIsAcknowledged,

    /// <summary>A message that comes twice is a new one.</summary>
    DuplicatesTaken,

    /// <summary>Each try of a client has a key of its own.</summary>
    KeysForgotten,
}
