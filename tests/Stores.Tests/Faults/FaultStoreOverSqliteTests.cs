namespace Granary.Stores.Tests;

/// <summary>Without planned faults it is as good as the store within.</summary>
public sealed class FaultStoreOverSqliteTests : StoreContractTests, IDisposable
{
    private readonly SqliteFolder _folder = new();

    protected override ValueTask<IKernelStore> OpenAsync() =>
        ValueTask.FromResult<IKernelStore>(new FaultStore(_folder.Open, FaultPlan.None));

    public void Dispose() => _folder.Dispose();
}
