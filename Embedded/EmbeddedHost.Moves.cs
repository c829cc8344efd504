using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Embedded;

/// <content>Kernels that go from this host to another of the same store while they run.</content>
public sealed partial class EmbeddedHost
{
    /// <summary>
    /// Stops a kernel at its next safe point and lets it leave memory, when all that it did is durable. Who waits for
    /// it is told to ask again (<see cref="KernelMovedException"/>). It may run again, anywhere, from the store or from
    /// what this returns.
    /// </summary>
    /// <param name="mayCarry">Whether so many bytes may be carried; otherwise the store gets them.</param>
    /// <returns>What the store does not have; null when that is nothing, or the kernel is not in memory.</returns>
    public async Task<KernelDeparture?> LeaveAsync(KernelId id, Func<long, bool> mayCarry)
    {
        if (!_live.TryGetValue(id, out KernelMailbox? mailbox))
        {
            return null;
        }
        KernelDeparture? departure = await mailbox.LeaveAsync(mayCarry).ConfigureAwait(false);
        Wakes.Schedule(id, due: null);
        Metrics.Left();
        return departure;
    }

    /// <summary>
    /// Brings a kernel into memory as it left another host. When the store has gone on from there since, or is not
    /// where that host said, the store is right.
    /// </summary>
    public void Arrive(KernelId id, KernelDeparture departure)
    {
        Metrics.Arrived();
        GetMailbox(id, departure);
    }

    /// <summary>How long a kernel has been in memory; null when it is not.</summary>
    public TimeSpan? LiveFor(KernelId id) => _live.TryGetValue(id, out KernelMailbox? mailbox)
        ? TimeSpan.FromMilliseconds(Now - mailbox.ArrivedAt)
        : null;

    /// <summary>Whether a kernel is in memory here, and runs or waits for a thread.</summary>
    public bool IsRunnable(KernelId id) => _live.TryGetValue(id, out KernelMailbox? mailbox) && mailbox.IsRunnable;

    /// <summary>
    /// Runs a kernel on at once from what it brought along, while the store is asked whether that is right: until then
    /// nothing of it is let out.
    /// </summary>
    /// <returns>False when it must be recovered; true when it is in memory, or on the way there again.</returns>
    private async Task<bool> TryArriveAsync(KernelMailbox mailbox, KernelDeparture departure)
    {
        Task<KernelActivation?> activating = _store.ActivateAsync(mailbox.Id).AsTask();
        if (await TryOpenAsync(mailbox.Id, departure).ConfigureAwait(false) is not { } arrival)
        {
            // The epoch goes up once more; the store's answer to this one is not needed.
            await activating.ConfigureAwait(false);
            return false;
        }
        // Whoever watches has been told by the host that had it before.
        mailbox.LastStatus = arrival.Kernel.Status;
        mailbox.Start(arrival);
        KernelActivation? activation = await activating.ConfigureAwait(false);
        if (activation is null)
        {
            mailbox.Drop(EmbeddedErrors.NoSuchKernel(mailbox.Id));
        }
        else if (!mailbox.IsGone && IsNext(departure, activation.Kernel))
        {
            mailbox.Confirm(activation.Epoch);
        }
        else
        {
            mailbox.Revoke();
            Post(mailbox.Id, new WakeJob());
        }
        if (_isClosed)
        {
            mailbox.Drop(EmbeddedErrors.ShuttingDown());
        }
        return true;
    }

    private static bool IsNext(KernelDeparture departure, StoredKernel stored) =>
        departure.PositionBefore == stored.Position && departure.ChainBefore == stored.Chain
        && departure.Generation == stored.Summary.Generation && departure.Engine == stored.Engine
        && departure.CodeHash == stored.CodeHash;

    /// <summary>Null when what was carried is damaged, and the store is not.</summary>
    private async Task<KernelArrival?> TryOpenAsync(KernelId id, KernelDeparture departure)
    {
        try
        {
            await _programs.FetchAsync(departure.Engine, departure.CodeHash, Options.Limits.Vm).ConfigureAwait(false);
            return KernelArrival.TryOpen(departure, id, _programs, _store);
        }
        catch (Exception error) when (error is NodeMissingException or StateTreeException or CborException
            or SnapshotFormatException or ProgramUnavailableException or InvalidCodeException)
        {
            return null;
        }
    }
}
