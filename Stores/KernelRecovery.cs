using Granary.Kernels;

namespace Granary.Stores;

/// <summary>From a stored kernel to one that runs: the newest checkpoint, and the journal above it once more.</summary>
public static class KernelRecovery
{
    /// <summary>As it was at its last durable entry, with nothing to drain.</summary>
    /// <exception cref="ReplayDivergedException">The journal does not come out as recorded.</exception>
    /// <exception cref="ProgramUnavailableException">The engine or the code is not there.</exception>
    /// <exception cref="NodeMissingException">The store lacks a node.</exception>
    /// <exception cref="CborException">A value of the tree is not what a kernel writes.</exception>
    public static async Task<Kernel> RecoverAsync(
        IKernelStore store, IProgramSource programs, KernelActivation activation,
        CancellationToken cancellationToken = default)
    {
        Kernel kernel = Kernel.Restore(activation.Head, programs, store);
        KernelReplay replay = new(kernel, observe: null, cancellationToken);
        await foreach (JournalRecord record in store
            .ReadJournalAsync(activation.Kernel.Id, activation.Head.Position, cancellationToken).ConfigureAwait(false))
        {
            replay.Apply(record);
        }
        replay.Finish();
        // What was let out before the crash is not let out again; what is unacknowledged is sent again by its numbers.
        kernel.Drain();
        return kernel;
    }

    /// <summary>
    /// Notes in the store that a kernel cannot be recovered. False when somebody else has activated it since: then what
    /// went wrong may be because of that, and is no matter of the kernel.
    /// </summary>
    public static async Task<bool> QuarantineAsync(
        IKernelStore store, StoredKernel kernel, ulong epoch, CancellationToken cancellationToken = default)
    {
        KernelAppend note = new()
        {
            Id = kernel.Id, Epoch = epoch, Entries = [],
            Summary = kernel.Summary with
            {
                Status = KernelStatus.Quarantined, HasWork = false, WakeAt = null,
            },
        };
        IReadOnlyList<AppendStatus> statuses = await store.AppendAsync([note], cancellationToken)
            .ConfigureAwait(false);
        return statuses[0] == AppendStatus.Done;
    }
}
