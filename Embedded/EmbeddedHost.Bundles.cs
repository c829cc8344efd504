using Granary.Kernels;
using Granary.Stores;

namespace Granary.Embedded;

/// <content>Kernels as files.</content>
public sealed partial class EmbeddedHost
{
    public async Task<BundleInfo> ExportAsync(KernelId id, Stream output, CancellationToken cancellationToken = default)
    {
        await FindAsync(id, cancellationToken).ConfigureAwait(false);
        await _collecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Of a kernel that cannot run here, what was stored last.
            KernelHead head = _outOfOrder.ContainsKey(id)
                ? (await HeadsAsync(id, cancellationToken).ConfigureAwait(false))[^1].Head
                : await Reach.CheckpointAsync(id, name: null, cancellationToken)
                    .ConfigureAwait(false);
            StoredKernel kernel = await FindAsync(id, cancellationToken).ConfigureAwait(false);
            KernelHead first = (await HeadsAsync(id, cancellationToken).ConfigureAwait(false))[0].Head;
            ReadOnlyMemory<byte> code = await StoreAsync(() => _store.GetCodeAsync(kernel.CodeHash, cancellationToken))
                .ConfigureAwait(false) ?? throw EmbeddedErrors.Refused(id, "the store lacks its code");
            // It may run on meanwhile; the bundle ends with the checkpoint.
            StoredKernel asOfHead = kernel with { Position = head.Position, Chain = head.Chain };
            long bytes = await Bundle.WriteAsync(output, _store, asOfHead, [first, head], code, cancellationToken)
                .ConfigureAwait(false);
            return new BundleInfo(id, head.Position, head.Root, head.Chain, bytes);
        }
        catch (StoreException error)
        {
            throw CommitErrors.Store(error);
        }
        finally
        {
            _collecting.Release();
        }
    }

    public async Task<KernelInfo> ImportAsync(
        Stream bundle, KernelId? newId, CancellationToken cancellationToken = default)
    {
        Bundle read = await Bundle.ReadAsync(bundle, Options.BundleBytesMax, cancellationToken).ConfigureAwait(false);
        if (BundleCheck.FindFault(read) is { } fault)
        {
            throw Bundle.Bad(fault.Position is { } position ? $"entry {position}: {fault.Reason}" : fault.Reason);
        }
        KernelHead head = read.Heads[^1];
        KernelOrigin origin = new(OriginKind.Import, read.Kernel.Id, head.Generation, head.Position, head.Chain);
        // Between the code and the kernel that runs it, and between its nodes and its head, nothing may be collected.
        await _collecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StoreAsync(() => _store.PutCodeAsync(read.Kernel.CodeHash, read.Code, cancellationToken))
                .ConfigureAwait(false);
            return await AdoptAsync(
                newId ?? read.Kernel.Id, read.Kernel, head, origin, read, [.. read.Nodes], cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (error is not
            (KernelHostException or OperationCanceledException or OutOfMemoryException))
        {
            // Its hashes are right, so somebody made it like this: whatever such content trips over, it is refused.
            throw Bundle.Bad(error.Message.TrimEnd('.'), error);
        }
        finally
        {
            _collecting.Release();
        }
    }

    public async Task<VerifyReport> VerifyBundleAsync(
        Stream bundle, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken = default)
    {
        Bundle read = await Bundle.ReadAsync(bundle, Options.BundleBytesMax, cancellationToken).ConfigureAwait(false);
        if (BundleCheck.FindFault(read) is { } fault)
        {
            return new VerifyReport(
                read.Kernel.Id, false, read.Heads[0].Position, read.Kernel.Position, fault.Position, fault.Reason,
                    default,
                default, 0);
        }
        MemoryStore code = new();
        await code.PutCodeAsync(read.Kernel.CodeHash, read.Code, cancellationToken).ConfigureAwait(false);
        Verifier verifier = new(new ProgramCache(_programs.Engines, code), read, progress);
        try
        {
            return await verifier.VerifyAsync(
                read.Kernel, read.Heads[0], read.Journal.ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not (OperationCanceledException or OutOfMemoryException))
        {
            // Its hashes are right, so somebody made it like this: whatever such content trips over, it is not
            // accepted.
            return new VerifyReport(
                read.Kernel.Id, false, read.Heads[0].Position, read.Kernel.Position, null, error.Message, default,
                    default, 0);
        }
    }
}
