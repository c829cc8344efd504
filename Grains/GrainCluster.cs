using Granary.Grains.Interfaces;
using Granary.Kernels;

namespace Granary.Grains;

/// <summary>The cluster as seen from one of its silos.</summary>
public sealed class GrainCluster(GrainReach reach, ClusterMembers members, KernelGrainOptions options) : IKernelCluster
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(2);

    public Task<IReadOnlyList<SiloInfo>> ListSilosAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<SiloInfo>>(
            [.. members.All.OrderBy(m => m.Name, StringComparer.Ordinal)
                .ThenBy(m => m.SiloAddress.ToParsableString(), StringComparer.Ordinal)
                .Select(m => new SiloInfo(
                    m.Name, m.SiloAddress.ToParsableString(), m.Status.ToString(),
                    m.SiloAddress.Equals(members.Here)))]);

    public async Task<KernelPlace> FindAsync(KernelId id, CancellationToken cancellationToken = default) =>
        new(id, (await reach.WhereAsync(id, cancellationToken).ConfigureAwait(false)).Name);

    public async Task<KernelPlace> MigrateAsync(
        KernelId id, string silo, CancellationToken cancellationToken = default)
    {
        SiloAddress target = members.Find(silo);
        await reach.MigrateAsync(id, target, cancellationToken).ConfigureAwait(false);
        long start = options.Clock.GetTimestamp();
        while (true)
        {
            PlaceAnswer place = await reach.WhereAsync(id, cancellationToken).ConfigureAwait(false);
            if (place.Silo.Equals(target))
            {
                return new KernelPlace(id, place.Name);
            }
            if (!place.IsMigrating && members.IsActive(target))
            {
                // It was recovered somewhere else on the way.
                await reach.MigrateAsync(id, target, cancellationToken).ConfigureAwait(false);
            }
            if (options.Clock.GetElapsedTime(start) > options.Patience || !members.IsActive(target))
            {
                throw new KernelHostException(
                    KernelHostError.Unreachable,
                    $"Kernel '{id}' did not get to silo '{silo}': it is at '{place.Name}'.",
                    "Nothing of it is lost. Look whether that silo takes kernels, and ask again.");
            }
            await Task.Delay(s_lookEvery, options.Clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
