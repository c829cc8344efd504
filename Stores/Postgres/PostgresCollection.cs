using Granary.Kernels;
using Npgsql;

namespace Granary.Stores;

/// <summary>
/// The collection as a transaction with a checkpoint sees it. Such a transaction holds the collection's lock for share,
/// so no collection begins while it is under way: the number with which it stamps nodes is the present one until it is
/// committed.
/// </summary>
internal sealed record PostgresCollection(long Number, bool IsUnfinished)
{
    /// <summary>What a transaction with a checkpoint or code begins with, before it reads anything else.</summary>
    public static void Enter(PostgresBatch batch, PostgresLocks locks) =>
        batch.Add("SELECT pg_advisory_xact_lock_shared($1, $2)", locks.Of(PostgresLock.Stamps))
            .Add("SELECT number, is_unfinished FROM collection");

    /// <summary>
    /// Makes sure, in the transaction of a checkpoint that is copied from another one, that all that it shares is there
    /// and stays; gives the node that is not.
    /// </summary>
    /// <remarks>
    /// While no collection is unfinished, what is stored is closed under links, so the topmost shared nodes stand for
    /// all below them and copying stays cheap. Otherwise all of it is looked at and stamped, which the sweep respects.
    /// </remarks>
    public async Task<Hash?> KeepSharedAsync(
        NpgsqlConnection connection, CheckpointWrite checkpoint,
        Func<ReadOnlyMemory<byte>, IEnumerable<Hash>> childLinks, CancellationToken cancellationToken)
    {
        HashSet<Hash> seen = [.. checkpoint.Nodes.Select(node => node.Hash)];
        List<Hash> level = [.. AppendRules.SharedNodes(checkpoint, childLinks)];
        while (level.Count > 0)
        {
            level = [.. level.Where(seen.Add).Order()];
            Dictionary<Hash, byte[]> found = await FindAsync(connection, level, cancellationToken)
                .ConfigureAwait(false);
            foreach (Hash hash in level)
            {
                if (!found.ContainsKey(hash))
                {
                    return hash;
                }
            }
            level = IsUnfinished ? [.. found.Values.SelectMany(Split)] : [];
        }
        return null;
    }

    /// <summary>The hashes in a "links" column.</summary>
    public static IEnumerable<Hash> Split(byte[] links)
    {
        for (int i = 0; i + Hash.Bytes <= links.Length; i += Hash.Bytes)
        {
            yield return new Hash(links.AsSpan(i, Hash.Bytes));
        }
    }

    private async Task<Dictionary<Hash, byte[]>> FindAsync(
        NpgsqlConnection connection, List<Hash> level, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        if (IsUnfinished)
        {
            batch.Add(
                "UPDATE nodes SET stamp = $2 WHERE hash = ANY($1) AND stamp < $2",
                PostgresBatch.Of(level), PostgresBatch.Of(Number));
        }
        batch.Add("SELECT hash, links FROM nodes WHERE hash = ANY($1)", PostgresBatch.Of(level));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<Hash, byte[]> found = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            found[PostgresRows.Hash(reader, 0)] = PostgresRows.Bytes(reader, 1);
        }
        return found;
    }
}
