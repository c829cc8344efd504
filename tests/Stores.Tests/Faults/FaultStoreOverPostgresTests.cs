namespace Granary.Stores.Tests;

/// <summary>Without planned faults it is as good as the store within.</summary>
[NeedsPostgres]
public sealed class FaultStoreOverPostgresTests : StoreContractTests
{
    private readonly PostgresDatabase _database = new();

    protected override async ValueTask<IKernelStore> OpenAsync()
    {
        PostgresStore store = await _database.OpenAsync();
        return new FaultStore(() => store, FaultPlan.None);
    }
}
