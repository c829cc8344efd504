using Granary.Kernels;

namespace Granary.Client;

/// <content>Events.</content>
public sealed partial class GranaryClient
{
    /// <summary>
    /// Begins to watch at once: a message that this client sends afterwards waits until the node has the stream open.
    /// When the stream breaks it is opened again behind the last event, until watching is cancelled.
    /// </summary>
    public IAsyncEnumerable<KernelEvent> WatchAsync(
        KernelId? id, ulong? after = null, CancellationToken cancellationToken = default)
    {
        EventFeed feed = new(_channel, id, after);
        _opening.Add(feed.OpenAsync(cancellationToken));
        return feed.ReadAsync(cancellationToken);
    }
}
