using Granary.Kernels;
using Granary.Stores;

namespace Granary.Simulation;

/// <summary>
/// One kernel by itself: its hash chain, its execution from the first checkpoint, and that this leads to the same root
/// as recovery from the newest.
/// </summary>
internal sealed class JournalCheck(IKernelStore store, IProgramSource programs)
{
    /// <exception cref="ReplayDivergedException">The journal does not come out as recorded.</exception>
    /// <exception cref="NodeMissingException">Something that a checkpoint needs is gone.</exception>
    public FinalKernel Check(KernelId id, Action<string> violate)
    {
        StoredKernel stored = Sync(store.FindAsync(id))!;
        IReadOnlyList<StoredHead> heads = Sync(store.ListHeadsAsync(id));
        List<JournalRecord> journal = ReadJournal(id);
        CheckChain(stored, heads[0].Head, journal, violate);

        Kernel kernel = Kernel.Restore(heads[0].Head, programs, store);
        FinalKernel final = ReplayAll(kernel, heads[0].Head, journal);
        Kernel recovered = Kernel.Restore(heads[^1].Head, programs, store);
        Replay(recovered, journal, observe: null);
        if (recovered.CommittedTree.Root != final.Root || recovered.Chain != stored.Chain)
        {
            violate($"{id}: recovery gives root {recovered.CommittedTree.Root}, execution from the beginning "
                + $"{final.Root}");
        }
        if (stored.Summary != recovered.Summary)
        {
            violate($"{id}: the store lists {stored.Summary}, the kernel is {recovered.Summary}");
        }
        return final;
    }

    /// <remarks>Only up to the first checkpoint: execution checks the chain of what comes behind it.</remarks>
    private static void CheckChain(
        StoredKernel stored, KernelHead first, List<JournalRecord> journal, Action<string> violate)
    {
        Hash chain = default;
        for (int i = 0; i < (int)first.Position; i++)
        {
            chain = JournalRecord.ChainAfter(chain, journal[i].Bytes.Span);
            if (journal[i].Position != (ulong)i + 1 || journal[i].Chain != chain)
            {
                violate($"{stored.Id}: the hash chain breaks at entry {i + 1}");
                return;
            }
        }
        JournalRecord last = journal[^1];
        if (last.Position != stored.Position || last.Chain != stored.Chain)
        {
            violate($"{stored.Id}: the journal ends at {last.Position}, the store says {stored.Position}");
        }
    }

    private FinalKernel ReplayAll(Kernel kernel, KernelHead first, List<JournalRecord> journal)
    {
        List<Effect> effects = [];
        Replay(kernel, journal, effects.Add);
        FinalKernel final = new(kernel, first, store);
        final.Effects.AddRange(effects);
        foreach (JournalRecord record in journal)
        {
            final.Entries.Add(JournalCodec.Decode(record.Bytes.Span));
        }
        return final;
    }

    private static void Replay(Kernel kernel, List<JournalRecord> journal, Action<Effect>? observe)
    {
        KernelReplay replay = new(kernel, observe);
        for (int i = (int)kernel.Position; i < journal.Count; i++)
        {
            replay.Apply(journal[i]);
        }
        replay.Finish();
        kernel.Drain();
    }

    public List<JournalRecord> ReadJournal(KernelId id)
    {
        List<JournalRecord> journal = new((int)(Sync(store.FindAsync(id))?.Position ?? 0));
        IAsyncEnumerator<JournalRecord> records = store.ReadJournalAsync(id, 0).GetAsyncEnumerator();
        while (Sync(records.MoveNextAsync()))
        {
            journal.Add(records.Current);
        }
        return journal;
    }

    private static T Sync<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}
