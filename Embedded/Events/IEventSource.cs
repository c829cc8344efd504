namespace Granary.Embedded;

/// <summary>The events of one host, for those who merge the events of several.</summary>
public interface IEventSource
{
    /// <summary>
    /// Waits until the host's ids are above the cursor, at most for so long. Does not fail: a host that cannot be
    /// reached is asked again until the caller gives it up.
    /// </summary>
    /// <param name="atLeast">The host's next id will be above this one.</param>
    Task<EventPage> ReadAsync(ulong after, ulong atLeast, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>The host's next id is to be above this one; who waits for that is told. Need not arrive.</summary>
    void Advance(ulong to);
}
