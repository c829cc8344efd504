namespace Granary.Stores.Tests;

[NeedsPostgres]
public sealed class PostgresStoreTests : StoreContractTests
{
    private readonly PostgresDatabase _database = new();

    protected override async ValueTask<IKernelStore> OpenAsync() => await _database.OpenAsync();
}
