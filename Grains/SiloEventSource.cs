using Granary.Embedded;
using Granary.Grains.Interfaces;
using Granary.Kernels;

namespace Granary.Grains;

/// <summary>The events of a silo, this one or another.</summary>
internal sealed class SiloEventSource(
    SiloAddress silo, ClusterMembers members, SiloServices services, Watchers own, KernelGrainOptions options)
    : IEventSource
{
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(50);

    private bool IsHere => silo.Equals(members.Here);

    public async Task<EventPage> ReadAsync(
        ulong after, ulong atLeast, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (IsHere)
        {
            return await own.ReadAsync(id: null, after, atLeast, wait, cancellationToken).ConfigureAwait(false);
        }
        while (true)
        {
            try
            {
                EventPage page = EventAnswers.Read(await services.Of(silo)
                    .ReadEvents(after, atLeast, (int)wait.TotalMilliseconds)
                    .WaitAsync(cancellationToken).ConfigureAwait(false));
                // Each silo notes for itself that another is lost: those who watch here are told once.
                return page with { Events = [.. page.Events.Where(e => e.Kind != KernelEventKind.Dropped)] };
            }
            catch (Exception error) when (Refusals.IsTransport(error))
            {
                // Until it answers, or the cluster finds that it is gone.
                await Task.Delay(s_again, options.Clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Advance(ulong to)
    {
        if (IsHere)
        {
            own.Advance(to);
        }
        else
        {
            GrainReach.Forget(services.Of(silo).AdvanceEvents(to));
        }
    }
}
