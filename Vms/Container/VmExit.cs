namespace Granary.Vms;

/// <summary>How a run ended. Closed: these five and no others.</summary>
public abstract record VmExit
{
    private VmExit()
    {
    }

    /// <summary>Ended well; the output is the reply unless the program replied itself.</summary>
    public sealed record Halted(ReadOnlyMemory<byte> Output) : VmExit
    {
        /// <summary>Ended well with nothing to say.</summary>
        public static Halted Empty { get; } = new(ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>Ended by the program, which asks that its changes since the last commit be undone.</summary>
    public sealed record Reverted(ReadOnlyMemory<byte> Output) : VmExit;

    /// <summary>Broke the machine's rules or spent its gas. Final for this machine.</summary>
    public sealed record Trapped(TrapKind Kind, TrapSite Site) : VmExit;

    /// <summary>The slice's gas is spent; the machine is intact at a safe point, run again and it goes on.</summary>
    public sealed record SliceEnded : VmExit
    {
        private SliceEnded()
        {
        }

        public static SliceEnded Instance { get; } = new();
    }

    /// <summary>Waits on the host; resume it with the answer.</summary>
    public sealed record Suspended(HostRequest Request) : VmExit;
}
