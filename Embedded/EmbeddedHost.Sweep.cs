using Granary.Kernels;
using Granary.Stores;

namespace Granary.Embedded;

/// <content>What is done now and then.</content>
public sealed partial class EmbeddedHost
{
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Options.SweepEvery, Options.Clock);
        long collectAt = Now + (long)Options.CollectEvery.TotalMilliseconds;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    Evict();
                    if (IsAlone)
                    {
                        await ActivateAllAsync(cancellationToken).ConfigureAwait(false);
                    }
                    if (Now >= collectAt)
                    {
                        _programs.Trim();
                        await CollectAsync(cancellationToken).ConfigureAwait(false);
                        collectAt = Now + (long)Options.CollectEvery.TotalMilliseconds;
                    }
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    // The medium refuses for now, or something in it is damaged: the next sweep asks again, because
                    // sleeping kernels depend on it, and whoever asks directly is told why.
                    continue;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
            return;
        }
    }

    /// <summary>Deletes state that no kept checkpoint reaches.</summary>
    public async Task<CollectReport> CollectAsync(CancellationToken cancellationToken = default)
    {
        await _collecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await StoreAsync(() => _store.CollectAsync(cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            _collecting.Release();
        }
    }

    /// <summary>
    /// Brings into memory every kernel that has something to do, and those that are due before the next sweep, so that
    /// they wake in time.
    /// </summary>
    private async Task ActivateAllAsync(CancellationToken cancellationToken)
    {
        long soon = Now + (long)Options.SweepEvery.TotalMilliseconds;
        await ActivateAllAsync(new KernelQuery { DueAt = soon }, cancellationToken).ConfigureAwait(false);
        await ActivateAllAsync(new KernelQuery { WithWorkOnly = true }, cancellationToken).ConfigureAwait(false);
    }

    private async Task ActivateAllAsync(KernelQuery query, CancellationToken cancellationToken)
    {
        while (true)
        {
            IReadOnlyList<StoredKernel> found = await _store.ListAsync(query, cancellationToken).ConfigureAwait(false);
            foreach (StoredKernel kernel in found)
            {
                // A status that a person must look at is not tried again and again.
                if (!_live.ContainsKey(kernel.Id) && !_outOfOrder.ContainsKey(kernel.Id))
                {
                    GetMailbox(kernel.Id);
                }
                else if (query.DueAt is not null && _live.TryGetValue(kernel.Id, out KernelMailbox? mailbox))
                {
                    mailbox.TryPost(new WakeJob());
                }
            }
            if (found.Count < query.Limit)
            {
                return;
            }
            query = query with { After = found[^1].Id };
        }
    }

    private void Evict()
    {
        long idleBefore = Now - (long)Options.EvictAfter.TotalMilliseconds;
        int over = _live.Count - Options.LiveKernelsMax;
        foreach (KernelMailbox mailbox in _live.Values.Where(m => m.IsIdle).OrderBy(m => m.IdleSince))
        {
            if (mailbox.IdleSince > idleBefore && over <= 0)
            {
                return;
            }
            mailbox.TryPost(new RetireJob());
            over--;
        }
    }
}
