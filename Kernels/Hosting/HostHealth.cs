namespace Granary.Kernels;

/// <summary>Whether a host can do its work.</summary>
/// <param name="IsSound">False: what it keeps kernels in does not answer; it acknowledges nothing, and tries
/// on.</param>
/// <param name="Since">Since when it is so, in Unix milliseconds.</param>
/// <param name="Reason">Why it is not sound, for people; otherwise empty.</param>
public sealed record HostHealth(bool IsSound, long Since, string Reason)
{
    public static HostHealth Sound { get; } = new(IsSound: true, Since: 0, Reason: "");
}
