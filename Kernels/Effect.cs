using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// What a kernel asks its host to do once the entries that go with it are durable. Closed.
/// </summary>
public abstract record Effect
{
    private Effect()
    {
    }

    /// <summary>Bring a message to another kernel; it stays in the outbox until it is acknowledged.</summary>
    public sealed record Send(Envelope Message) : Effect;

    /// <summary>Tell the sender that its message is durable here.</summary>
    public sealed record Acknowledge(KernelId From, ulong Generation, ulong Number) : Effect;

    /// <summary>Answer the client whose message stands at <paramref name="Input"/>.</summary>
    public sealed record Answer(
        ulong Input, ReplyStatus Status, ReadOnlyMemory<byte> Payload, long GasUsed, ulong Outcome,
        Hash Chain) : Effect;

    public sealed record Emit(string Topic, ReadOnlyMemory<byte> Payload) : Effect;

    /// <summary>Diagnostic: may be let out before the entries are durable.</summary>
    public sealed record Print(ReadOnlyMemory<byte> Text) : Effect;

    /// <summary>Diagnostic: may be let out before the entries are durable.</summary>
    public sealed record Log(ReadOnlyMemory<byte> Text) : Effect;

    /// <summary>A message has ended; the text says how, for people.</summary>
    public sealed record Ended(ulong Input, ReplyStatus Status, string Text) : Effect;
}
