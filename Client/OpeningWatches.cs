using System.Collections.Concurrent;

namespace Granary.Client;

/// <summary>
/// The event streams that are just being opened. Whoever began to watch and then sends a message expects to see what it
/// does; so the message waits until the stream is there.
/// </summary>
internal sealed class OpeningWatches
{
    // A stream that takes longer does not hold up messages.
    private static readonly TimeSpan s_waitMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Task, byte> _opening = new();

    /// <param name="opening">Ends when the stream is there, or is not to be had.</param>
    public void Add(Task opening)
    {
        _opening.TryAdd(opening, 0);
        opening.ContinueWith(
            static (done, all) => ((ConcurrentDictionary<Task, byte>)all!).TryRemove(done, out _), _opening,
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (_opening.IsEmpty)
        {
            return;
        }
        Task all = Task.WhenAll(_opening.Keys);
        await Task.WhenAny(all, Task.Delay(s_waitMax, cancellationToken)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
