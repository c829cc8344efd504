using Granary.Kernels;
using Granary.Vms;

namespace Granary.Grains.Interfaces;

/// <summary>
/// Brings requests to kernels wherever in the cluster they are. One that meets a kernel on its way, or a silo that is
/// gone, is asked again until it gets through: what must not happen twice carries a key under which the kernel takes it
/// once.
/// </summary>
/// <param name="callWait">A call waits at a silo for so long, then asks again; below Orleans' timeout.</param>
/// <param name="patience">How long to look for a kernel whose silo is gone: longer than finding that out takes.</param>
internal sealed class KernelCalls(
    Func<IGrainFactory> grains, TimeSpan callWait, TimeSpan patience, TimeProvider clock)
{
    private static readonly TimeSpan s_delayFirst = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_delayMax = TimeSpan.FromMilliseconds(200);

    public IKernelGrain Grain(KernelId id) => grains().GetGrain<IKernelGrain>(id.Value);

    public async Task<MessageAccepted> SendAsync(Envelope message, CancellationToken cancellationToken)
    {
        byte[] envelope = WithKey(message).ToBytes();
        AcceptedAnswer answer = await AskAsync(
            message.To, grain => grain.Send(envelope), isRepeatable: true, cancellationToken).ConfigureAwait(false);
        return new MessageAccepted(message.To, answer.Position, answer.Duplicate);
    }

    public async Task<CallResult?> CallAsync(
        Envelope message, bool onlyIfKnown, CancellationToken cancellationToken)
    {
        byte[] envelope = WithKey(message).ToBytes();
        while (true)
        {
            CallAnswer answer = await AskAsync(
                message.To, grain => grain.Call(envelope, onlyIfKnown, (int)callWait.TotalMilliseconds),
                isRepeatable: true, cancellationToken).ConfigureAwait(false);
            switch (answer.State)
            {
                case CallState.Answered:
                    CallResult result = Read(message.To, answer);
                    // Only what the caller itself repeats is a duplicate to it.
                    return message.IdempotencyKey.Length > 0 ? result : result with { Duplicate = false };
                case CallState.Unknown:
                    return null;
                default:
                    cancellationToken.ThrowIfCancellationRequested();
                    break;
            }
        }
    }

    public Task<T> AskAsync<T>(
        KernelId id, Func<IKernelGrain, Task<T>> ask, bool isRepeatable, CancellationToken cancellationToken) =>
        AskAsync(id, () => ask(Grain(id)), isRepeatable, cancellationToken);

    /// <exception cref="KernelHostException">It is refused, or nobody answers for too long.</exception>
    public async Task<T> AskAsync<T>(
        KernelId id, Func<Task<T>> ask, bool isRepeatable, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        TimeSpan delay = s_delayFirst;
        while (true)
        {
            try
            {
                return await ask().WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (KernelRefusedException error)
            {
                if (!error.HasMoved || IsOver(start))
                {
                    throw Refusals.FromWire(id, error);
                }
            }
            catch (Exception error) when (Refusals.IsTransport(error))
            {
                // A rejected message was not delivered; of another nobody knows.
                if (IsOver(start) || !(isRepeatable || error is Orleans.Runtime.OrleansMessageRejectionException))
                {
                    throw new KernelHostException(
                        KernelHostError.Unreachable, $"The silo of kernel '{id}' does not answer: {error.Message}",
                        "It may have been done or not: look, and ask again.", error);
                }
            }
            await Task.Delay(delay, clock, cancellationToken).ConfigureAwait(false);
            delay = delay < s_delayMax ? delay * 2 : s_delayMax;
        }
    }

    private bool IsOver(long start) => clock.GetElapsedTime(start) > patience;

    private static Envelope WithKey(Envelope message) => message.IdempotencyKey.Length > 0
        ? message
        : message with { IdempotencyKey = "~" + Guid.NewGuid().ToString("N") };

    private static CallResult Read(KernelId id, CallAnswer answer) => new(
        (ReplyStatus)answer.Status, answer.Payload, answer.GasUsed, answer.Duplicate,
        answer.Receipt is { } receipt
            ? new Receipt(
                id, receipt.Generation, receipt.Input, new Hash(receipt.InputHash), receipt.Outcome,
                new Hash(receipt.Chain), receipt.Gas, (ReplyStatus)receipt.Status, new Hash(receipt.OutputHash))
            : null);
}
