namespace Granary.Silo;

/// <summary>Closes what was opened, last first, when a start does not get to its end.</summary>
internal sealed class AsyncUndo : IAsyncDisposable
{
    private readonly Stack<object> _opened = new();

    public void Push(object opened) => _opened.Push(opened);

    /// <summary>It got to its end: everything stays open.</summary>
    public void Cancel() => _opened.Clear();

    public async ValueTask DisposeAsync()
    {
        while (_opened.TryPop(out object? opened))
        {
            if (opened is IAsyncDisposable async)
            {
                await async.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                ((IDisposable)opened).Dispose();
            }
        }
    }
}
