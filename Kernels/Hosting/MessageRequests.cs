namespace Granary.Kernels;

/// <summary>Messages as clients ask for them, and as kernels take them.</summary>
public static class MessageRequests
{
    /// <param name="now">Unix milliseconds.</param>
    /// <exception cref="KernelHostException">It is none that a kernel could take.</exception>
    public static Envelope ToEnvelope(this MessageRequest request, MessageKind kind, long now)
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
            Deadline = request.Timeout is { } timeout ? now + (long)timeout.TotalMilliseconds : null,
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
