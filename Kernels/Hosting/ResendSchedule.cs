namespace Granary.Kernels;

/// <summary>
/// When to send again what nobody has acknowledged. Each receiver has its own delay, which doubles while nothing gets
/// through and is short again when something does.
/// </summary>
/// <remarks>
/// A message counts as lost when it was there at the look before and still is: so only receivers are remembered, not
/// when each message went out, and a lost message does not wait for those behind it to be lost too.
/// </remarks>
internal sealed class ResendSchedule(ShellOptions options)
{
    private const int TriesCountedMax = 16;

    private readonly Dictionary<KernelId, Receiver> _receivers = [];
    private readonly List<KernelId> _settled = [];
    private long _next = long.MaxValue;

    /// <summary>When to call <see cref="TakeDue"/>; it may find nothing then.</summary>
    public long? Next => _next == long.MaxValue ? null : _next;

    /// <summary>A message has been sent.</summary>
    public void Sent(KernelId receiver, long now)
    {
        ref Receiver? entry = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            _receivers, receiver, out bool isThere);
        if (!isThere)
        {
            entry = new Receiver { DueAt = now + options.ResendAfter };
            _next = Math.Min(_next, entry.DueAt);
        }
    }

    /// <summary>After a recovery: nobody knows what of this was sent.</summary>
    public void Recovered(IReadOnlyList<Envelope> unacknowledged, long now)
    {
        foreach (Envelope message in unacknowledged)
        {
            _receivers[message.To] = new Receiver { DueAt = now, All = true };
            _next = now;
        }
    }

    /// <summary>Something got through to a receiver.</summary>
    public void Settled(KernelId receiver, long now)
    {
        if (_receivers.TryGetValue(receiver, out Receiver? entry) && entry.Tries > 0)
        {
            entry.Tries = 0;
            SetDue(entry, Math.Min(entry.DueAt, now + options.ResendAfter));
        }
    }

    /// <summary>A receiver takes nothing now.</summary>
    public void Refused(KernelId receiver, long now)
    {
        if (_receivers.TryGetValue(receiver, out Receiver? entry) && !entry.All)
        {
            entry.All = true;
            SetDue(entry, now + Delay(options.RefusedDelay, options.RefusedDelayMax, entry.Tries));
        }
    }

    /// <summary>The messages to send again now, in the order in which each receiver must get them.</summary>
    public IReadOnlyList<Envelope> TakeDue(Kernel kernel, long now)
    {
        if (now < _next)
        {
            return [];
        }
        _next = long.MaxValue;
        if (kernel.OutboxCount == 0)
        {
            _receivers.Clear();
            return [];
        }
        IReadOnlyList<Envelope> outbox = kernel.Unacknowledged();
        List<Envelope> again = [];
        for (int first = 0, end; first < outbox.Count; first = end)
        {
            KernelId receiver = outbox[first].To;
            for (end = first; end < outbox.Count && outbox[end].To == receiver; end++)
            {
            }
            if (!_receivers.TryGetValue(receiver, out Receiver? entry))
            {
                // Posted, and not handed over yet.
                Sent(receiver, now);
                entry = _receivers[receiver];
            }
            entry.IsSeen = true;
            if (now >= entry.DueAt)
            {
                Look(entry, outbox, first, end, again, now);
            }
            _next = Math.Min(_next, entry.DueAt);
        }
        ForgetSettled();
        return again;
    }

    private void Look(
        Receiver entry, IReadOnlyList<Envelope> outbox, int first, int end, List<Envelope> again, long now)
    {
        Envelope oldest = outbox[first];
        if (entry.All || (oldest.FromGeneration, oldest.Number).CompareTo(entry.LastLook) <= 0)
        {
            for (int i = first; i < end; i++)
            {
                again.Add(outbox[i]);
            }
            entry.Tries = Math.Min(entry.Tries + 1, TriesCountedMax);
        }
        entry.All = false;
        entry.LastLook = (outbox[end - 1].FromGeneration, outbox[end - 1].Number);
        entry.DueAt = now + Delay(options.ResendAfter, options.ResendAfterMax, entry.Tries);
    }

    private void ForgetSettled()
    {
        foreach ((KernelId receiver, Receiver entry) in _receivers)
        {
            if (!entry.IsSeen)
            {
                _settled.Add(receiver);
            }
            entry.IsSeen = false;
        }
        foreach (KernelId receiver in _settled)
        {
            _receivers.Remove(receiver);
        }
        _settled.Clear();
    }

    private void SetDue(Receiver entry, long due)
    {
        entry.DueAt = due;
        _next = Math.Min(_next, due);
    }

    private static long Delay(long first, long most, int tries) => Math.Min(first << tries, most);

    private sealed class Receiver
    {
        public long DueAt { get; set; }

        public int Tries { get; set; }

        /// <summary>Everything counts as lost.</summary>
        public bool All { get; set; }

        public bool IsSeen { get; set; }

        /// <summary>The last message that was there at the look before.</summary>
        public (ulong Generation, ulong Number) LastLook { get; set; }
    }
}
