using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>What workloads check: every kernel as it ended.</summary>
internal sealed class SimOutcome(SortedDictionary<KernelId, FinalKernel> kernels, Action<string> violate)
{
    public IReadOnlyDictionary<KernelId, FinalKernel> Kernels => kernels;

    public FinalKernel this[string id] => kernels[KernelId.Parse(id)];

    public void Violate(string what) => violate(what);

    public void Expect(bool holds, FormattableString what)
    {
        if (!holds)
        {
            violate(FormattableString.Invariant(what));
        }
    }
}
