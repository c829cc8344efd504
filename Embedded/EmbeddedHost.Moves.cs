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

    private KernelArrival? Open(KernelDeparture departure, KernelActivation activation)
    {
        try
        {
            return KernelArrival.TryOpen(
                departure, activation.Kernel.Id, activation.Kernel.Summary.Generation,
                (activation.Kernel.Position, activation.Kernel.Chain), _programs, _store);
        }
        catch (Exception error) when (error is NodeMissingException or StateTreeException or CborException
            or SnapshotFormatException)
        {
            // What was carried is damaged, and the store is not.
            return null;
        }
    }
}
