namespace Granary.Stores.Tests;

public sealed class SqliteStoreTests : StoreContractTests, IDisposable
{
    private readonly SqliteFolder _folder = new();

    protected override ValueTask<IKernelStore> OpenAsync() => ValueTask.FromResult<IKernelStore>(_folder.Open());

    public void Dispose() => _folder.Dispose();
}
