using Granary.Kernels;
using Granary.Stores;

namespace Granary.Embedded;

/// <summary>Reads state trees for people and clients; nodes come from the store when they are not in memory.</summary>
internal static class StateReading
{
    /// <summary>The entries that a query asks for.</summary>
    public static IEnumerable<StateEntry> Read(
        StateTree tree, StateQuery query, CancellationToken cancellationToken)
    {
        byte[] cursor = query.After.IsEmpty ? query.Prefix.ToArray() : query.After.ToArray();
        bool first = query.After.IsEmpty;
        for (int left = query.Limit; left > 0; left--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Guard(query.Id, () => Next(tree, cursor, first)) is not { } entry
                || !entry.Key.Span.StartsWith(query.Prefix.Span))
            {
                yield break;
            }
            yield return entry;
            (cursor, first) = (entry.Key.ToArray(), false);
        }
    }

    public static StateEvidence Prove(StateTree tree, KernelId id, ReadOnlyMemory<byte> key) => Guard(id, () =>
    {
        // The cast: a bare null would be taken for an empty value.
        ReadOnlyMemory<byte>? value = tree.TryGet(key.Span, out ReadOnlyMemory<byte> found)
            ? found
            : (ReadOnlyMemory<byte>?)null;
        return new StateEvidence(tree.Root, key, value, tree.Prove(key.Span));
    });

    private static StateEntry? Next(StateTree tree, byte[] cursor, bool orEqual)
    {
        bool found = orEqual
            ? tree.TryNextOrEqual(cursor, out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value)
            : tree.TryNext(cursor, out key, out value);
        return found ? new StateEntry(key, value) : null;
    }

    private static T Guard<T>(KernelId id, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (StoreException error)
        {
            throw CommitErrors.Store(error);
        }
        catch (Exception error) when (error is NodeMissingException or StateTreeException)
        {
            throw new KernelHostException(
                KernelHostError.Store, $"The state of kernel '{id}' cannot be read on: {error.Message}.",
                "If the kernel ran on or its checkpoint is no longer kept, ask again; otherwise run 'granary verify'.",
                error);
        }
    }
}
