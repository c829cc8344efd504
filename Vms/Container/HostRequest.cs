namespace Granary.Vms;

/// <summary>What a suspended machine waits for. Each suspension is a commit. Closed.</summary>
public abstract record HostRequest
{
    private HostRequest()
    {
    }

    /// <summary>Go on after this many milliseconds; answered by <see cref="VmAnswer.Slept"/>.</summary>
    public sealed record Sleep(long Milliseconds) : HostRequest;

    /// <summary>
    /// Take the next message; answered by <see cref="VmAnswer.Received"/>, or by <see cref="VmAnswer.TimedOut"/>
    /// after <paramref name="TimeoutMilliseconds"/> (null: wait for ever). The message before, if it is a call that
    /// was not replied to, is answered with an empty reply; the new message brings its own gas.
    /// </summary>
    public sealed record Receive(long? TimeoutMilliseconds) : HostRequest;

    /// <summary>
    /// Wait for the reply to a call of this machine; answered by <see cref="VmAnswer.Replied"/>.
    /// The gas that the call left over comes back with it.
    /// </summary>
    public sealed record AwaitReply(ulong CallId) : HostRequest;
}
