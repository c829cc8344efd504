using System.Buffers;
using Granary.Kernels;
using Npgsql;

namespace Granary.Stores;

/// <summary>
/// The short way of ordinary appends: journal entries and a summary, nothing else; and of those that write nothing and
/// only ask whether their epoch is the newest, for which nothing is locked or flushed. One transaction in one round
/// trip, two at a time, so that one is prepared while the other is flushed; what is asked for meanwhile goes into the
/// next.
/// </summary>
/// <remarks>
/// The first statement locks the rows of all kernels of the batch whose epoch is the caller's; from then on no
/// activation can come between. If these are all, it inserts the entries: under that epoch nobody else wrote, so the
/// tail is the one that is remembered here, and the entries were found to follow it before they were sent. The second,
/// when there is need, notes what lists want to know, of kernels whose entries are in. If one kernel of the batch is
/// fenced, nothing is inserted, and all go the long way, which finds out what is up with each.
/// </remarks>
internal sealed class PostgresAppender(PostgresLink link, PostgresWriter writer, PostgresTails tails)
{
    /// <summary>Transactions at a time.</summary>
    public const int Lanes = 2;

    private const int GroupAppendsMax = 4_096;
    private const long GroupBytesMax = 8 << 20;

    private const string Insert =
        """
        WITH fence AS MATERIALIZED (
            SELECT count(*) AS held FROM (
                SELECT 1 FROM unnest($1, $2) AS u(key, epoch)
                JOIN kernels k ON k.key = u.key AND k.epoch = u.epoch AND k.status <> 7
                ORDER BY k.key FOR SHARE OF k) AS locked)
        INSERT INTO journal(kernel, first, last, gas_spent, inbox_count, chain, records)
        SELECT * FROM unnest($1, $3, $4, $5, $6, $7, $8)
        WHERE (SELECT held FROM fence) = cardinality($1)
        """;

    private const string Ask =
        """
        SELECT 1 FROM unnest($1, $2) AS u(key, epoch)
        JOIN kernels k ON k.key = u.key AND k.epoch = u.epoch AND k.status <> 7
        """;

    private const string Note =
        """
        UPDATE kernels k
        SET status = u.status, generation = u.generation, wake_at = u.wake_at, has_work = u.has_work
        FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u(key, first, chain, status, generation, wake_at, has_work)
        WHERE k.key = u.key
            AND EXISTS (SELECT 1 FROM journal j WHERE j.kernel = u.key AND j.first = u.first AND j.chain = u.chain)
        """;

    private readonly System.Threading.Lock _gate = new();
    private List<Request> _waiting = [];
    private int _busy;

    /// <summary>True when an append can go this way.</summary>
    public static bool Takes(KernelAppend append) =>
        append is { Checkpoint: null, Code: null, Summary.Status: not KernelStatus.Deleted }
        && IsContiguous(append.Entries) && SizeOf(append) <= JournalRows.RowBytesMax;

    /// <summary>Appends; all must be such as <see cref="Takes"/> says, each of another kernel.</summary>
    public async Task<AppendStatus[]> AppendAsync(
        IReadOnlyList<KernelAppend> appends, CancellationToken cancellationToken)
    {
        Request request = new(appends);
        bool leads;
        lock (_gate)
        {
            leads = _busy < Lanes;
            if (leads)
            {
                _busy++;
            }
            else
            {
                _waiting.Add(request);
            }
        }
        if (!leads)
        {
            return await request.Done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        await WriteAsync([request]).ConfigureAwait(false);
        // Whoever waits is served by somebody who does not want to go on himself.
        if (TakeGroup() is { } group)
        {
            _ = Task.Run(() => ServeAsync(group), CancellationToken.None);
        }
        return await request.Done.Task.ConfigureAwait(false);
    }

    private async Task ServeAsync(List<Request> group)
    {
        for (List<Request>? next = group; next is not null; next = TakeGroup())
        {
            await WriteAsync(next).ConfigureAwait(false);
        }
    }

    /// <summary>Those who wait, as many as fit into a transaction; null when nobody does.</summary>
    private List<Request>? TakeGroup()
    {
        lock (_gate)
        {
            HashSet<KernelId> kernels = [];
            int appends = 0;
            long bytes = 0;
            int count = 0;
            while (count < _waiting.Count && appends < GroupAppendsMax && bytes < GroupBytesMax
                && _waiting[count].Appends.All(a => kernels.Add(a.Id)))
            {
                appends += _waiting[count].Appends.Count;
                bytes += _waiting[count].Bytes;
                count++;
            }
            if (count == 0)
            {
                _busy--;
                return null;
            }
            List<Request> group = _waiting[..count];
            _waiting = _waiting[count..];
            return group;
        }
    }

    /// <summary>Never throws: every failure goes to those who asked.</summary>
    private async Task WriteAsync(List<Request> group)
    {
        KernelAppend[] appends = [.. group.SelectMany(r => r.Appends)];
        try
        {
            // Not to be cancelled by one who asks: the others' appends are in it.
            AppendStatus[] statuses = await link.RunAsync(
                (connection, stop) => AppendAsync(connection, appends, stop), CancellationToken.None)
                .ConfigureAwait(false);
            int begin = 0;
            foreach (Request request in group)
            {
                request.Done.TrySetResult(statuses[begin..(begin + request.Appends.Count)]);
                begin += request.Appends.Count;
            }
        }
        catch (Exception error)
        {
            // Whatever it was: nobody knows what is stored, and everyone who asked must be told.
            group.ForEach(request => request.Done.TrySetException(error));
        }
    }

    private async Task<AppendStatus[]> AppendAsync(
        NpgsqlConnection connection, KernelAppend[] appends, CancellationToken cancellationToken)
    {
        if (await TryShortAsync(connection, appends, cancellationToken).ConfigureAwait(false))
        {
            return new AppendStatus[appends.Length];
        }
        return await writer.AppendAsync(connection, appends, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> TryShortAsync(
        NpgsqlConnection connection, KernelAppend[] appends, CancellationToken cancellationToken)
    {
        List<(KernelAppend Append, PostgresTail Tail)> written = [], asked = [];
        foreach (KernelAppend append in appends)
        {
            bool writes = append.Entries.Count > 0;
            if (tails.Find(append.Id) is not { } tail
                || AppendRules.Judge(tail.Tail, append) != AppendVerdict.Write || !(writes || tail.Has(append)))
            {
                return false;
            }
            (writes ? written : asked).Add((append, tail));
        }
        // Nothing is remembered while the outcome is open: a second try looks at what is stored.
        written.ForEach(w => tails.Forget(w.Append.Id));
        await using PostgresBatch batch = new(connection);
        if (written.Count > 0)
        {
            Gather(batch, [.. written.Select(w => w.Append)], [.. written.Select(w => w.Tail)]);
        }
        if (asked.Count > 0)
        {
            batch.Add(
                Ask, PostgresBatch.Of(asked.Select(a => a.Tail.Key).ToArray()),
                PostgresBatch.Of(asked.Select(a => unchecked((long)a.Tail.Epoch)).ToArray()));
        }
        await batch.RunAsync(cancellationToken).ConfigureAwait(false);
        if ((written.Count > 0 && batch.RowsOf(0) == 0)
            || (asked.Count > 0 && batch.RowsOf(batch.Count - 1) < (ulong)asked.Count))
        {
            return false;
        }
        written.ForEach(w => tails.Set(w.Append.Id, w.Tail.After(w.Append)));
        return true;
    }

    private static void Gather(PostgresBatch batch, KernelAppend[] appends, PostgresTail[] known)
    {
        // In the order of the keys, so that they are locked in it without much sorting.
        Array.Sort(known, appends, Comparer<PostgresTail>.Create((a, b) => a.Key.CompareTo(b.Key)));
        ArrayBufferWriter<byte> row = new();
        byte[][] rows = new byte[appends.Length][];
        for (int i = 0; i < appends.Length; i++)
        {
            JournalRows.Encode(appends[i].Entries, 0, row);
            rows[i] = row.WrittenSpan.ToArray();
        }
        batch.Add(
            Insert, PostgresBatch.Of(Column(known, k => k.Key)),
            PostgresBatch.Of(Column(appends, a => unchecked((long)a.Epoch))),
            PostgresBatch.Of(Column(appends, First)),
            PostgresBatch.Of(Column(appends, a => unchecked((long)a.Entries[^1].Position))),
            PostgresBatch.Of(Column(appends, a => a.Summary.GasSpent)),
            PostgresBatch.Of(Column(appends, a => a.Summary.InboxCount)),
            PostgresBatch.Of(Column(appends, LastChain)), PostgresBatch.Of(rows));
        int[] changed = [.. Enumerable.Range(0, appends.Length).Where(i => !known[i].Lists(appends[i].Summary))];
        if (changed.Length > 0)
        {
            KernelAppend[] noted = Column(changed, i => appends[i]);
            batch.Add(
                Note, PostgresBatch.Of(Column(changed, i => known[i].Key)), PostgresBatch.Of(Column(noted, First)),
                PostgresBatch.Of(Column(noted, LastChain)),
                PostgresBatch.Of(Column(noted, a => (short)a.Summary.Status)),
                PostgresBatch.Of(Column(noted, a => unchecked((long)a.Summary.Generation))),
                PostgresBatch.Of(Column(noted, a => a.Summary.WakeAt)),
                PostgresBatch.Of(Column(noted, a => a.Summary.HasWork)));
        }
    }

    private static long First(KernelAppend append) => unchecked((long)append.Entries[0].Position);

    private static byte[] LastChain(KernelAppend append) => append.Entries[^1].Chain.Span.ToArray();

    private static TOut[] Column<TIn, TOut>(TIn[] items, Func<TIn, TOut> value) =>
        Array.ConvertAll(items, i => value(i));

    private static bool IsContiguous(IReadOnlyList<JournalRecord> entries)
    {
        for (int i = 1; i < entries.Count; i++)
        {
            if (entries[i].Position != entries[0].Position + (ulong)i)
            {
                return false;
            }
        }
        return true;
    }

    private static long SizeOf(KernelAppend append)
    {
        long size = 0;
        foreach (JournalRecord entry in append.Entries)
        {
            size += entry.Bytes.Length + Hash.Bytes + sizeof(int);
        }
        return size;
    }

    private sealed class Request(IReadOnlyList<KernelAppend> appends)
    {
        public IReadOnlyList<KernelAppend> Appends { get; } = appends;

        public long Bytes { get; } = appends.Sum(SizeOf);

        public TaskCompletionSource<AppendStatus[]> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
