using System.Diagnostics;
using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>A message from a client of this process, who awaits what becomes of it.</summary>
internal sealed class AwaitedMessageJob(Envelope message, bool onlyIfKnown = false)
    : ClientMessageJob(message, onlyIfKnown)
{
    private readonly TaskCompletionSource<MessageAccepted> _accepted =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CallResult?>? _answered = message.Kind == MessageKind.Call
        ? new(TaskCreationOptions.RunContinuationsAsynchronously)
        : null;

    /// <summary>Done when the message is durable.</summary>
    public Task<MessageAccepted> Accepted => _accepted.Task;

    /// <summary>
    /// Done when the reply is durable; only of a call. Null when it waits for one that nobody remembers.
    /// </summary>
    public Task<CallResult?> Answered => _answered!.Task;

    public override void Execute(KernelShell shell, Kernel kernel)
    {
        using Activity? span = EmbeddedTelemetry.Start("receive", ActivityKind.Consumer, Message.Trace);
        base.Execute(shell, kernel);
        span?.SetTag("granary.kernel", kernel.Id.Value).SetTag("granary.delivery", Delivery.Status.ToString());
    }

    public override void Fail(Exception error)
    {
        _accepted.TrySetException(error);
        _answered?.TrySetException(error);
        // Only one of the two is awaited, and perhaps none any more: neither must be reported as unobserved.
        _ = _accepted.Task.Exception;
        _ = _answered?.Task.Exception;
    }

    /// <summary>Stops waiting for the reply; the message stays.</summary>
    public void Abandon(CancellationToken cancellationToken)
    {
        Abandon();
        _answered?.TrySetCanceled(cancellationToken);
    }

    protected override void OnAccepted(MessageAccepted accepted) => _accepted.TrySetResult(accepted);

    protected override void OnAnswered(CallResult? result) => _answered?.TrySetResult(result);

    protected override void OnRefused(DeliveryStatus status) => Fail(status switch
    {
        DeliveryStatus.InboxFull => EmbeddedErrors.InboxFull(Message.To),
        DeliveryStatus.TooLarge => new KernelHostException(
            KernelHostError.MessageTooLarge,
            $"The payload has {Message.Payload.Length} bytes, more than kernel '{Message.To}' takes.",
            "Send less at once."),
        DeliveryStatus.BadName => new KernelHostException(
            KernelHostError.BadRequest,
            $"'{Message.Entry}' is no entry point name, or '{Message.IdempotencyKey}' no idempotency key.",
            "Entry points are of A-Z a-z 0-9 . _ -; keys are at most "
            + $"{KernelLimits.IdempotencyKeyCharsMax} visible ASCII characters without spaces."),
        _ => new KernelHostException(
            KernelHostError.BadRequest, $"Kernel '{Message.To}' refuses the message: {status}."),
    });
}
