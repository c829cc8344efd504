using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>
/// Wakes kernels when their sleeps are over, in memory or not. It knows ids only, one time for each, so that a kernel
/// that sleeps for years, or sets a new timeout with every message, costs one small entry.
/// </summary>
internal sealed class WakeClock : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly Action<KernelId> _wake;
    private readonly SortedSet<(long Due, KernelId Id)> _order = [];
    private readonly Dictionary<KernelId, long> _dues = [];
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private long _timerDue = long.MaxValue;
    private bool _stopped;

    /// <param name="wake">Posts a wake-up; a kernel that is not due by then ignores it.</param>
    public WakeClock(TimeProvider clock, Action<KernelId> wake)
    {
        _clock = clock;
        _wake = wake;
        _timer = clock.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sets a kernel's wake-up, in Unix milliseconds, in place of the one before; null for none.</summary>
    public void Schedule(KernelId id, long? due)
    {
        lock (_gate)
        {
            if (_dues.Remove(id, out long before))
            {
                _order.Remove((before, id));
            }
            if (due is { } time && !_stopped)
            {
                _dues.Add(id, time);
                _order.Add((time, id));
                SetTimer();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            _order.Clear();
            _dues.Clear();
        }
        _timer.Dispose();
    }

    private void Fire()
    {
        List<KernelId> woken = [];
        lock (_gate)
        {
            _timerDue = long.MaxValue;
            long now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
            while (_order.Count > 0 && _order.Min is var (due, id) && due <= now)
            {
                _order.Remove((due, id));
                _dues.Remove(id);
                woken.Add(id);
            }
            SetTimer();
        }
        foreach (KernelId id in woken)
        {
            _wake(id);
        }
    }

    /// <summary>Under the gate.</summary>
    private void SetTimer()
    {
        if (_stopped || _order.Count == 0 || _order.Min.Due >= _timerDue)
        {
            return;
        }
        _timerDue = _order.Min.Due;
        long wait = Math.Clamp(_timerDue - _clock.GetUtcNow().ToUnixTimeMilliseconds(), 0, int.MaxValue);
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
