namespace Granary.Stores.Tests;

/// <summary>Without planned faults it is as good as the store within.</summary>
public sealed class FaultStoreOverMemoryTests : StoreContractTests
{
    protected override ValueTask<IKernelStore> OpenAsync()
    {
        MemoryStore memory = new(TestNodes.ChildLinks);
        return ValueTask.FromResult<IKernelStore>(new FaultStore(() => memory, FaultPlan.None));
    }
}
