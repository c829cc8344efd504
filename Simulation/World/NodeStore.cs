using Granary.Kernels;
using Granary.Stores;

namespace Granary.Simulation;

/// <summary>The store as a node reads from it in the middle of its work: at once, or with an error.</summary>
internal sealed class NodeStore(SimWorld world, int node) : IKernelStore
{
    private IKernelStore Medium => world.Store.Medium;

    public string Description => Medium.Description;

    public StoreHealth Health => Medium.Health;

    public ReadOnlyMemory<byte> GetNode(in Hash hash)
    {
        if (world.Strikes(SimFault.StoreErrors, world.Rates.StoreReadError))
        {
            world.Trace.Add(world.Now, SimEvent.StoreReadFailed, node, "");
            throw new StoreException(
                StoreFault.Failed, "The simulated store failed to read.", "The fault is planned: go on.");
        }
        return Medium.GetNode(hash);
    }

    public ValueTask PutCodeAsync(
        Hash hash, ReadOnlyMemory<byte> code, CancellationToken cancellationToken = default) =>
        Medium.PutCodeAsync(hash, code, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> GetCodeAsync(Hash hash, CancellationToken cancellationToken = default) =>
        Medium.GetCodeAsync(hash, cancellationToken);

    public ValueTask<bool> CreateAsync(KernelCreation creation, CancellationToken cancellationToken = default) =>
        Medium.CreateAsync(creation, cancellationToken);

    public ValueTask<KernelActivation?> ActivateAsync(KernelId id, CancellationToken cancellationToken = default) =>
        Medium.ActivateAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<AppendStatus>> AppendAsync(
        IReadOnlyList<KernelAppend> batch, CancellationToken cancellationToken = default) =>
        Medium.AppendAsync(batch, cancellationToken);

    public IAsyncEnumerable<JournalRecord> ReadJournalAsync(
        KernelId id, ulong after, CancellationToken cancellationToken = default) =>
        Medium.ReadJournalAsync(id, after, cancellationToken);

    public ValueTask<IReadOnlyList<StoredKernel>> ListAsync(
        KernelQuery query, CancellationToken cancellationToken = default) => Medium.ListAsync(query, cancellationToken);

    public ValueTask<StoredKernel?> FindAsync(KernelId id, CancellationToken cancellationToken = default) =>
        Medium.FindAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<StoredHead>> ListHeadsAsync(
        KernelId id, CancellationToken cancellationToken = default) => Medium.ListHeadsAsync(id, cancellationToken);

    public ValueTask<CollectReport> CollectAsync(CancellationToken cancellationToken = default) =>
        Medium.CollectAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
