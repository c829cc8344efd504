using Granary.Kernels;

namespace Granary.Embedded;

/// <content>Messages from clients, and what kernels let out.</content>
public sealed partial class EmbeddedHost
{
    public Task<MessageAccepted> SendAsync(MessageRequest request, CancellationToken cancellationToken = default) =>
        Reach.SendAsync(
            request.ToEnvelope(request.ExpectsReply ? MessageKind.Call : MessageKind.Send, Now), cancellationToken);

    public async Task<CallResult> CallAsync(MessageRequest request, CancellationToken cancellationToken = default) =>
        (await Reach.CallAsync(request.ToEnvelope(MessageKind.Call, Now), onlyIfKnown: false, cancellationToken)
            .ConfigureAwait(false))!;

    public Task<CallResult?> AwaitReplyAsync(
        KernelId id, string idempotencyKey, CancellationToken cancellationToken = default) => Reach.CallAsync(
            new MessageRequest { To = id, IdempotencyKey = idempotencyKey }.ToEnvelope(MessageKind.Call, Now),
            onlyIfKnown: true, cancellationToken);

    public Task BeginWatchingAsync(CancellationToken cancellationToken = default) =>
        Reach.BeginWatchingAsync(cancellationToken);

    public IAsyncEnumerable<KernelEvent> WatchAsync(
        KernelId? id, ulong? after = null, CancellationToken cancellationToken = default) =>
        Reach.Watch(id, after, cancellationToken);
}
