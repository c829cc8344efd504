using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation;

/// <summary>What travels between nodes and clients.</summary>
internal abstract record SimPacket(string Subject)
{
    /// <summary>How many nodes have passed it on because the kernel is not theirs.</summary>
    public int Hops { get; init; }

    /// <summary>A message from kernel to kernel.</summary>
    public sealed record Message(Envelope Envelope) : SimPacket(Envelope.To.Value);

    public sealed record Acknowledge(
        KernelId Sender, KernelId Receiver, ulong Generation, ulong Number, ReplyStatus Status)
        : SimPacket(Sender.Value);

    public sealed record Refuse(KernelId Sender, KernelId Receiver) : SimPacket(Sender.Value);

    /// <summary>From a client.</summary>
    /// <param name="OnlyIfKnown">Only asks for the reply to what was taken before under the same key.</param>
    public sealed record Request(SimClient Client, long Number, Envelope Envelope, bool OnlyIfKnown)
        : SimPacket(Envelope.To.Value);

    /// <summary>To a client: the reply, or (null) that the message was taken.</summary>
    public sealed record Response(SimClient Client, long Number, CallResult? Result, bool Failed)
        : SimPacket(Client.Name);

    /// <summary>A kernel has come to the node: run it, whether there are messages or not.</summary>
    public sealed record Arrive(KernelId Kernel) : SimPacket(Kernel.Value);
}
