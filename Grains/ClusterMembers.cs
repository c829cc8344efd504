using Granary.Kernels;

namespace Granary.Grains;

/// <summary>The silos, as this one knows them.</summary>
public sealed class ClusterMembers(IClusterMembershipService membership, ILocalSiloDetails here)
{
    public SiloAddress Here => here.SiloAddress;

    /// <summary>Those that take kernels, in an order that all silos see alike.</summary>
    public IReadOnlyList<ClusterMember> Active =>
        [.. membership.CurrentSnapshot.Members.Values.Where(m => m.Status == SiloStatus.Active)
            .OrderBy(m => m.SiloAddress.ToParsableString(), StringComparer.Ordinal)];

    public IReadOnlyList<ClusterMember> All => [.. membership.CurrentSnapshot.Members.Values];

    public bool IsActive(SiloAddress silo) => membership.CurrentSnapshot.GetSiloStatus(silo) == SiloStatus.Active;

    public IAsyncEnumerable<ClusterMembershipSnapshot> Updates => membership.MembershipUpdates;

    /// <summary>A silo by its name or its address.</summary>
    /// <exception cref="KernelHostException">There is none, or it takes no kernels.</exception>
    public SiloAddress Find(string nameOrAddress)
    {
        IReadOnlyList<ClusterMember> active = Active;
        return active.FirstOrDefault(m =>
                m.Name == nameOrAddress || m.SiloAddress.ToParsableString() == nameOrAddress)?.SiloAddress
            ?? throw new KernelHostException(
                KernelHostError.BadRequest, $"There is no active silo '{nameOrAddress}'.",
                $"Active are: {string.Join(", ", active.Select(m => m.Name).Order(StringComparer.Ordinal))}.");
    }

    /// <summary>
    /// Says of which kernels this silo looks after, as of now: each is looked after by one silo, which all agree on.
    /// </summary>
    public Func<KernelId, bool> ShareOfHere()
    {
        List<SiloAddress> active = [.. Active.Select(m => m.SiloAddress)];
        int here = active.IndexOf(Here);
        return id =>
        {
            uint hash = 2_166_136_261;
            foreach (char c in id.Value)
            {
                hash = (hash ^ c) * 16_777_619;
            }
            return here >= 0 && hash % (uint)active.Count == here;
        };
    }
}
