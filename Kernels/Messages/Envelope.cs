using Granary.Vms;

namespace Granary.Kernels;

/// <summary>One message between kernels, or from a client to a kernel.</summary>
public sealed record Envelope
{
    public required MessageKind Kind { get; init; }

    /// <summary>The sending kernel, or the client.</summary>
    public KernelId From { get; init; }

    /// <summary>The sender's generation: with <see cref="From"/> its identity.</summary>
    public ulong FromGeneration { get; init; }

    /// <summary>
    /// From a kernel: 1, 2, 3 ... for each sender identity and receiver. From a client: 0. Of a timer: how often it has
    /// fired since its last message.
    /// </summary>
    public ulong Number { get; init; }

    public required KernelId To { get; init; }

    /// <summary>The entry point; empty means the program's first. Empty in replies.</summary>
    public string Entry { get; init; } = "";

    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The budget for handling it; in a reply, what was left of that budget.</summary>
    public long Gas { get; init; }

    /// <summary>The caller's number for the call, given back in the reply. From a client: 0.</summary>
    public ulong CallId { get; init; }

    /// <summary>In a reply: how the call ended.</summary>
    public ReplyStatus Status { get; init; }

    /// <summary>In a call: the kernels that wait for it, outermost first.</summary>
    public IReadOnlyList<KernelId> CallChain { get; init; } = [];

    /// <summary>
    /// From a client: a key under which it is taken at most once; empty for none. Of a timer: its name.
    /// </summary>
    public string IdempotencyKey { get; init; } = "";

    /// <summary>
    /// The W3C trace context (<c>traceparent</c>) of whoever began it all; empty for none. What a kernel sends while it
    /// handles a message carries the message's, so that one trace crosses kernels, and replay gives the same bytes.
    /// </summary>
    public string Trace { get; init; } = "";

    /// <summary>Ports of which the receiver gets a copy.</summary>
    public IReadOnlyList<Port> Ports { get; init; } = [];

    /// <summary>The grant of the port that it was sent through; 0 when the receiver made none for it.</summary>
    public ulong Grant { get; init; }

    /// <summary>It is not begun from this time on, in Unix milliseconds; null for any time.</summary>
    public long? Deadline { get; init; }

    /// <summary>As journals hold it (CBOR).</summary>
    public byte[] ToBytes() => EnvelopeCodec.Encode(this);

    /// <exception cref="CborException">The bytes are no envelope.</exception>
    public static Envelope Parse(ReadOnlySpan<byte> bytes) => EnvelopeCodec.Decode(bytes);
}
