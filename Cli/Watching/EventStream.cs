using Granary.Kernels;

namespace Granary.Cli;

/// <summary>
/// The events of a host from the moment of <see cref="Start"/>: the watching has begun when it returns, so that what is
/// sent afterwards cannot outrun it.
/// </summary>
internal sealed class EventStream : IAsyncDisposable
{
    // A program that prints without end always has one more event ready.
    private const int DrainMax = 4_096;

    private readonly CancellationTokenSource _stop;
    private readonly IAsyncEnumerator<KernelEvent> _events;
    private Task<bool> _next;

    private EventStream(IKernelHost host, KernelId? id, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _events = host.WatchAsync(id, after: null, _stop.Token).GetAsyncEnumerator(_stop.Token);
        _next = _events.MoveNextAsync().AsTask();
    }

    /// <summary>Completes when there is an event to take, or no more will come.</summary>
    public Task Ready => _next;

    public static EventStream Start(IKernelHost host, KernelId? id, CancellationToken cancellationToken) =>
        new(host, id, cancellationToken);

    /// <summary>The next event; null when no more will come.</summary>
    public async Task<KernelEvent?> NextAsync() => await _next ? Take() : null;

    /// <summary>Takes the events that are there already, within reason.</summary>
    public void Drain(Action<KernelEvent> take)
    {
        for (int i = 0; i < DrainMax && _next.IsCompletedSuccessfully && _next.Result; i++)
        {
            take(Take());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // An enumerator must not be disposed of while it moves; how that last move ends is of no interest.
        await _next.ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _events.DisposeAsync();
        _stop.Dispose();
    }

    private KernelEvent Take()
    {
        KernelEvent current = _events.Current;
        _next = _events.MoveNextAsync().AsTask();
        return current;
    }
}
