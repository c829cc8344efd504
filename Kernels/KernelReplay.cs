using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// Executes recorded journal entries again on a kernel that was restored from a checkpoint, and compares every entry
/// that comes out, byte for byte, with the recorded one. Recovery and verification are this and nothing else.
/// </summary>
/// <param name="observe">Told every effect that comes up once more; nobody performs them.</param>
public sealed class KernelReplay(
    Kernel kernel, Action<Effect>? observe = null, CancellationToken cancellationToken = default)
{
    /// <summary>Runs in pieces of this size, so that a turn that does not end as recorded is noticed soon.</summary>
    private const long SliceGas = 50_000_000;

    private readonly Queue<JournalRecord> _produced = new();
    private ulong _position = kernel.Position;
    private Hash _chain = kernel.Chain;

    /// <summary>Asked before each slice; while it says true, slices are of one instruction.</summary>
    public Func<bool>? IsStepped { get; init; }

    /// <summary>The last checkpoint that came up on the way, when <see cref="Apply"/> met its entry.</summary>
    public KernelCheckpoint? LastCheckpoint { get; private set; }

    /// <summary>Applies the next entry.</summary>
    /// <exception cref="ReplayDivergedException">What came out differs from what was recorded.</exception>
    public void Apply(in JournalRecord recorded)
    {
        if (recorded.Position != _position + 1)
        {
            throw Diverged(recorded, $"it should be entry {_position + 1}");
        }
        try
        {
            Execute(recorded);
        }
        catch (ReplayDivergedException) when (!FollowsChain(recorded))
        {
            throw Diverged(recorded, "its bytes do not match the hash chain");
        }
        _position = recorded.Position;
        _chain = recorded.Chain;
    }

    /// <remarks>
    /// The kernel has computed the chain for what it produced: when the bytes are the same, comparing the chains checks
    /// the recorded one too. That is half of the hashing of a recovery.
    /// </remarks>
    private void Execute(in JournalRecord recorded)
    {
        if (_produced.Count == 0)
        {
            Drive(recorded, Decode(recorded));
            Collect();
        }
        if (!_produced.TryDequeue(out JournalRecord produced))
        {
            throw Diverged(recorded, "re-execution does not come to this entry");
        }
        if (!produced.Bytes.Span.SequenceEqual(recorded.Bytes.Span))
        {
            throw Diverged(recorded, $"re-execution gives {DescribeDifference(produced, recorded)}");
        }
        if (produced.Chain != recorded.Chain)
        {
            throw Diverged(recorded, "its chain is not that of re-execution");
        }
    }

    private bool FollowsChain(in JournalRecord recorded) =>
        JournalRecord.ChainAfter(_chain, recorded.Bytes.Span) == recorded.Chain;

    /// <summary>Call it after the last entry: nothing that was produced may be missing in the journal.</summary>
    /// <exception cref="ReplayDivergedException">The journal is cut short inside a turn's outcome.</exception>
    public void Finish()
    {
        if (_produced.TryPeek(out JournalRecord missing))
        {
            throw new ReplayDivergedException(missing.Position, "the journal ends before an entry that must follow");
        }
    }

    private void Drive(in JournalRecord recorded, JournalEntry entry)
    {
        switch (entry)
        {
            case JournalEntry.Received received:
                kernel.Deliver(received.Message, received.Time);
                break;
            case JournalEntry.Woken woken:
                kernel.Wake(woken.Time);
                break;
            case JournalEntry.Acknowledged acknowledged:
                kernel.Acknowledge(
                    acknowledged.To, acknowledged.Generation, acknowledged.Number, acknowledged.Status,
                    acknowledged.Time);
                break;
            case JournalEntry.Commanded commanded:
                RunUntil(recorded, commanded.GasAt);
                Carry(recorded, commanded);
                break;
            case JournalEntry.Ended ended:
                RunToEnd(recorded, ended.Gas);
                break;
            case JournalEntry.Checkpointed checkpointed:
                RunUntil(recorded, checkpointed.GasAt);
                LastCheckpoint = kernel.Checkpoint(checkpointed.Time);
                break;
            default:
                throw Diverged(recorded, $"a journal has no second entry of the kind {entry.GetType().Name}");
        }
    }

    private void Carry(in JournalRecord recorded, JournalEntry.Commanded commanded)
    {
        try
        {
            kernel.Command(commanded.Command, commanded.Time);
        }
        catch (NodeMissingException error)
        {
            throw Diverged(recorded, $"it goes back to a checkpoint that is not kept ({error.Message}); "
                + "verify from a checkpoint after it");
        }
        catch (Exception error) when (error is SnapshotFormatException or CborException or ArgumentException)
        {
            throw Diverged(recorded, $"it cannot be carried out ({error.Message})");
        }
    }

    /// <summary>Brings the turn to the safe point at which it had used so much gas.</summary>
    private void RunUntil(in JournalRecord recorded, long gasAt)
    {
        while (kernel.Phase == KernelStatus.Running && !kernel.HasFreshEntries && kernel.TurnGas < gasAt)
        {
            cancellationToken.ThrowIfCancellationRequested();
            kernel.Replay(IsStepped?.Invoke() == true ? 1 : Math.Min(SliceGas, gasAt - kernel.TurnGas));
        }
        long gas = kernel.Phase == KernelStatus.Running ? kernel.TurnGas : 0;
        if (gas != gasAt)
        {
            throw Diverged(recorded, $"it was recorded at gas {gasAt} of the turn, re-execution stands at {gas}");
        }
    }

    private void RunToEnd(in JournalRecord recorded, long gas)
    {
        while (kernel.Phase == KernelStatus.Running && !kernel.HasFreshEntries)
        {
            if (kernel.TurnGas > gas)
            {
                throw Diverged(recorded, $"the turn ended at gas {gas}, re-execution is beyond it");
            }
            cancellationToken.ThrowIfCancellationRequested();
            // One more than recorded, so that a turn that goes on too long stands out.
            kernel.Replay(IsStepped?.Invoke() == true ? 1 : Math.Min(SliceGas, gas - kernel.TurnGas) + 1);
        }
    }

    private void Collect()
    {
        Turn turn = kernel.Drain();
        for (int i = 0; i < turn.Entries.Count; i++)
        {
            _produced.Enqueue(turn.Entries[i]);
        }
        if (observe is not null)
        {
            foreach (Effect effect in turn.Effects)
            {
                observe(effect);
            }
        }
    }

    private static JournalEntry Decode(in JournalRecord recorded)
    {
        try
        {
            return JournalCodec.Decode(recorded.Bytes.Span);
        }
        catch (CborException error)
        {
            throw Diverged(recorded, $"it cannot be read ({error.Message})");
        }
    }

    private static string DescribeDifference(in JournalRecord produced, in JournalRecord recorded)
    {
        JournalEntry expected = Decode(recorded);
        JournalEntry actual = Decode(produced);
        return $"{JournalText.Describe(actual)}; recorded is {JournalText.Describe(expected)}";
    }

    private static ReplayDivergedException Diverged(in JournalRecord recorded, string reason) =>
        new(recorded.Position, reason);
}
