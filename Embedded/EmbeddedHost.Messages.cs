using Granary.Kernels;

namespace Granary.Embedded;

/// <content>Messages from clients, and what kernels let out.</content>
public sealed partial class EmbeddedHost
{
    public Task<MessageAccepted> SendAsync(MessageRequest request, CancellationToken cancellationToken = default) =>
        Reach.SendAsync(
            MakeEnvelope(request, request.ExpectsReply ? MessageKind.Call : MessageKind.Send), cancellationToken);

    public async Task<CallResult> CallAsync(MessageRequest request, CancellationToken cancellationToken = default) =>
        (await Reach.CallAsync(MakeEnvelope(request, MessageKind.Call), onlyIfKnown: false, cancellationToken)
            .ConfigureAwait(false))!;

    public Task<CallResult?> AwaitReplyAsync(
        KernelId id, string idempotencyKey, CancellationToken cancellationToken = default) => Reach.CallAsync(
            MakeEnvelope(new MessageRequest { To = id, IdempotencyKey = idempotencyKey }, MessageKind.Call),
            onlyIfKnown: true, cancellationToken);

    public IAsyncEnumerable<KernelEvent> WatchAsync(
        KernelId? id, ulong? after = null, CancellationToken cancellationToken = default) =>
        Watchers.Watch(id, after, cancellationToken);

    private Envelope MakeEnvelope(MessageRequest request, MessageKind kind)
    {
        if (request.Gas < 0)
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, $"A budget of {request.Gas} gas is none.", "Give 0 or more.");
        }
        if (!IsText(request.IdempotencyKey))
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, "The idempotency key has half of a surrogate pair.",
                    "Use whole characters.");
        }
        return new Envelope
        {
            // A copy: the caller may use its buffer again before the kernel comes to the message.
            Kind = kind, To = request.To, Entry = request.Entry, Payload = request.Payload.ToArray(), Gas = request.Gas,
            IdempotencyKey = request.IdempotencyKey, Trace = request.Trace,
            Deadline = request.Timeout is { } timeout ? Now + (long)timeout.TotalMilliseconds : null,
        };
    }

    /// <summary>True when it can be written as UTF-8 and read back the same.</summary>
    private static bool IsText(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text, i++)))
            {
                return false;
            }
        }
        return true;
    }
}
