namespace Granary.Kernels;

/// <summary>
/// Clients that wait for the reply to a message, by its position in the journal. Thread-safe, because clients leave
/// when they like.
/// </summary>
internal sealed class ReplyWaiters
{
    private readonly Dictionary<ulong, List<ClientMessageJob>> _waiters = [];
    private readonly Lock _gate = new();

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _waiters.Count == 0;
            }
        }
    }

    public void Add(ulong position, ClientMessageJob job)
    {
        lock (_gate)
        {
            if (!_waiters.TryGetValue(position, out List<ClientMessageJob>? jobs))
            {
                _waiters.Add(position, jobs = []);
            }
            jobs.Add(job);
        }
    }

    public void Remove(ulong position, ClientMessageJob job)
    {
        lock (_gate)
        {
            if (_waiters.TryGetValue(position, out List<ClientMessageJob>? jobs) && jobs.Remove(job)
                && jobs.Count == 0)
            {
                _waiters.Remove(position);
            }
        }
    }

    public IReadOnlyList<ClientMessageJob> Take(ulong position)
    {
        lock (_gate)
        {
            return _waiters.Remove(position, out List<ClientMessageJob>? jobs) ? jobs : [];
        }
    }

    public IReadOnlyList<ClientMessageJob> TakeAll()
    {
        lock (_gate)
        {
            List<ClientMessageJob> all = [];
            foreach (List<ClientMessageJob> jobs in _waiters.Values)
            {
                all.AddRange(jobs);
            }
            _waiters.Clear();
            return all;
        }
    }
}
