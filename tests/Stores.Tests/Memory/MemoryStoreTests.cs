namespace Granary.Stores.Tests;

public sealed class MemoryStoreTests : StoreContractTests
{
    protected override ValueTask<IKernelStore> OpenAsync() =>
        ValueTask.FromResult<IKernelStore>(new MemoryStore(TestNodes.ChildLinks));
}
