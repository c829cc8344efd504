namespace Granary.Vms;

/// <summary>The answer to a <see cref="HostRequest"/>. Closed.</summary>
public abstract record VmAnswer
{
    private VmAnswer()
    {
    }

    public sealed record Slept : VmAnswer
    {
        private Slept()
        {
        }

        public static Slept Instance { get; } = new();
    }

    public sealed record Received(VmEntry Message) : VmAnswer;

    public sealed record TimedOut : VmAnswer
    {
        private TimedOut()
        {
        }

        public static TimedOut Instance { get; } = new();
    }

    public sealed record Replied(ReplyStatus Status, ReadOnlyMemory<byte> Payload) : VmAnswer;
}
