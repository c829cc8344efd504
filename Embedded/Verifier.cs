using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Embedded;

/// <summary>
/// Checks a kernel's history: the hash chain from its first entry, then re-execution from a checkpoint to the end, with
/// the roots of every checkpoint on the way.
/// </summary>
internal sealed class Verifier(ProgramCache programs, INodeSource nodes, IProgress<VerifyProgress>? progress)
{
    private const ulong ProgressEvery = 256;

    public async Task<VerifyReport> VerifyAsync(
        StoredKernel kernel, KernelHead start, IAsyncEnumerable<JournalRecord> journal,
        CancellationToken cancellationToken)
    {
        Kernel? live = null;
        try
        {
            live = Kernel.Restore(start, programs, nodes);
            ulong last = await ReplayAsync(live, kernel, start, journal, cancellationToken).ConfigureAwait(false);
            return new VerifyReport(
                kernel.Id, true, start.Position, last, null, "", live.Chain, live.CommittedTree.Root, live.GasSpent);
        }
        catch (ReplayDivergedException error)
        {
            return Refuse(kernel, start, live, error.Position, error.Reason);
        }
        catch (Exception error) when (error is NodeMissingException or StateTreeException or CborException
            or SnapshotFormatException or ProgramUnavailableException or InvalidCodeException)
        {
            return Refuse(kernel, start, live, position: null, error.Message);
        }
    }

    private async Task<ulong> ReplayAsync(
        Kernel live, StoredKernel kernel, KernelHead start, IAsyncEnumerable<JournalRecord> journal,
        CancellationToken cancellationToken)
    {
        KernelReplay replay = new(live, observe: null, cancellationToken);
        Hash chain = default;
        ulong position = 0;
        await foreach (JournalRecord record in journal.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (record.Position > start.Position)
            {
                replay.Apply(record);
            }
            else
            {
                CheckLink(record, position, chain, kernel, start);
            }
            (position, chain) = (record.Position, record.Chain);
            if (position % ProgressEvery == 0)
            {
                progress?.Report(new VerifyProgress(position, kernel.Position));
            }
        }
        replay.Finish();
        if (position < kernel.Position)
        {
            throw new ReplayDivergedException(position + 1,
                $"the journal ends here; it should go on to {kernel.Position}");
        }
        progress?.Report(new VerifyProgress(position, position));
        return position;
    }

    /// <summary>Entries before the checkpoint are not executed: their chain must lead to it.</summary>
    private static void CheckLink(
        in JournalRecord record, ulong before, in Hash chain, StoredKernel kernel, KernelHead start)
    {
        if (record.Position != before + 1)
        {
            throw new ReplayDivergedException(before + 1, $"it is missing; entry {record.Position} follows");
        }
        if (JournalRecord.ChainAfter(chain, record.Bytes.Span) != record.Chain)
        {
            throw new ReplayDivergedException(record.Position, "its bytes do not match the hash chain");
        }
        if (record.Position == 1 && !IsBirthOf(record, kernel.Id))
        {
            throw new ReplayDivergedException(1, $"it is not the birth of kernel '{kernel.Id}'");
        }
        if (record.Position == start.Position && !IsCheckpoint(record, start))
        {
            throw new ReplayDivergedException(record.Position, "it is not the checkpoint to start from");
        }
    }

    private static bool IsBirthOf(in JournalRecord record, KernelId id) =>
        JournalCodec.Decode(record.Bytes.Span) is JournalEntry.Born born && born.Id == id;

    private static bool IsCheckpoint(in JournalRecord record, KernelHead head) =>
        record.Chain == head.Chain
        && JournalCodec.Decode(record.Bytes.Span) is JournalEntry.Checkpointed entry
        && entry.Root == head.Root && entry.WorkRoot == head.WorkRoot;

    private static VerifyReport Refuse(
        StoredKernel kernel, KernelHead start, Kernel? live, ulong? position, string reason) => new(
        kernel.Id, false, start.Position, kernel.Position, position, reason, live?.Chain ?? default, default,
        live?.GasSpent ?? 0);
}
