using System.Collections.Concurrent;

namespace Granary.Embedded;

/// <summary>
/// Dedicated threads that run kernels slice by slice. Kernels that have not used up a slice go before those that have,
/// so that new work does not wait behind long runs; one pick in eight takes a long run first, so that those move too.
/// </summary>
internal sealed class SlicePool : IDisposable
{
    private const int LongRunEvery = 8;

    private readonly ConcurrentQueue<KernelMailbox> _fresh = new();
    private readonly ConcurrentQueue<KernelMailbox> _long = new();
    private readonly SemaphoreSlim _ready = new(0);
    private readonly Thread[] _threads;
    private volatile bool _stopping;
    private int _running;

    public SlicePool(int threads, int nice = 0)
    {
        _threads = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(() =>
            {
                ThreadNice.Add(nice);
                RunLoop();
            }) { Name = $"granary slices {i}", IsBackground = true };
            _threads[i].Start();
        }
    }

    /// <summary>Kernels that run or wait for a thread, now.</summary>
    public int Runnable => _fresh.Count + _long.Count + Volatile.Read(ref _running);

    /// <summary>Queues a mailbox; it must not be queued already.</summary>
    public void Enqueue(KernelMailbox mailbox, bool usedUpSlice)
    {
        (usedUpSlice ? _long : _fresh).Enqueue(mailbox);
        _ready.Release();
    }

    /// <summary>Lets the slices under way end, and stops.</summary>
    public void Dispose()
    {
        _stopping = true;
        _ready.Release(_threads.Length);
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }
        // Not disposed: who comes late only queues what nobody takes.
    }

    private void RunLoop()
    {
        for (int pick = 0; ; pick = (pick + 1) % LongRunEvery)
        {
            _ready.Wait();
            if (_stopping)
            {
                return;
            }
            KernelMailbox? next;
            bool longFirst = pick == LongRunEvery - 1;
            bool found = longFirst
                ? _long.TryDequeue(out next) || _fresh.TryDequeue(out next)
                : _fresh.TryDequeue(out next) || _long.TryDequeue(out next);
            if (found)
            {
                Interlocked.Increment(ref _running);
                next!.RunOnce();
                Interlocked.Decrement(ref _running);
            }
        }
    }
}
