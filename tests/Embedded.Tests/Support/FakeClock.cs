namespace Granary.Embedded.Tests;

/// <summary>A clock that moves when the test says so, and fires its timers then.</summary>
internal sealed class FakeClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        FakeTimer timer = new(this, callback, state);
        lock (_gate)
        {
            _timers.Add(timer);
        }
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        List<FakeTimer> fired = [];
        lock (_gate)
        {
            _now += by;
            fired.AddRange(_timers.Where(t => t.TakeDue(_now)));
        }
        foreach (FakeTimer timer in fired)
        {
            timer.Fire();
        }
    }

    private sealed class FakeTimer(FakeClock clock, TimerCallback callback, object? state) : ITimer
    {
        private DateTimeOffset? _due;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool now;
            lock (clock._gate)
            {
                now = dueTime == TimeSpan.Zero;
                _due = dueTime == Timeout.InfiniteTimeSpan || now ? null : clock._now + dueTime;
                _period = period;
            }
            if (now)
            {
                ThreadPool.QueueUserWorkItem(_ => callback(state));
            }
            return true;
        }

        /// <summary>Under the clock's gate.</summary>
        public bool TakeDue(DateTimeOffset now)
        {
            if (_due is not { } due || due > now)
            {
                return false;
            }
            _due = _period > TimeSpan.Zero ? now + _period : null;
            return true;
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
            {
                _due = null;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
