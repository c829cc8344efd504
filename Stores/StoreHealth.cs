namespace Granary.Stores;

/// <summary>Whether a store answers; one that does not is asked again until it does.</summary>
/// <param name="IsReachable">The last call that ended, or is being tried, was answered.</param>
/// <param name="Since">Since when it is so.</param>
/// <param name="LastError">Why it was last not reached, for people; empty when it always was.</param>
public sealed record StoreHealth(bool IsReachable, DateTimeOffset Since, string LastError)
{
    /// <summary>Of a store that is part of this process: it answers, or throws.</summary>
    public static StoreHealth Local { get; } = new(IsReachable: true, DateTimeOffset.UnixEpoch, LastError: "");
}
