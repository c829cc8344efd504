using Granary.Kernels;
using Npgsql;

namespace Granary.Stores;

/// <summary>
/// State tree nodes, read on the caller's thread. A node that is not at hand is fetched together with nodes below it:
/// whoever opens a tree walks down, and each step would be a round trip.
/// </summary>
internal sealed class PostgresNodes(PostgresLink link, int cacheBytesMax)
{
    /// <summary>Nodes that a fetch brings along: some levels of a binary tree.</summary>
    private const int FetchCount = 128;

    /// <summary>They are fetched while they are together below this.</summary>
    private const int FetchBytes = 256 << 10;

    private readonly Lock _gate = new();
    private Dictionary<Hash, ReadOnlyMemory<byte>> _young = [];
    private Dictionary<Hash, ReadOnlyMemory<byte>> _old = [];
    private long _youngBytes;

    public ReadOnlyMemory<byte> Get(in Hash hash)
    {
        if (Find(hash) is { } known)
        {
            return known;
        }
        Hash wanted = hash;
        List<(Hash Hash, byte[] Bytes)> fetched = link.Run(connection => Fetch(connection, wanted));
        ReadOnlyMemory<byte>? found = null;
        lock (_gate)
        {
            foreach ((Hash fetchedHash, byte[] bytes) in fetched)
            {
                Add(fetchedHash, bytes);
                if (fetchedHash == wanted)
                {
                    found = bytes;
                }
            }
        }
        return found ?? throw new NodeMissingException(hash, $"is not in the store ({link.Description})");
    }

    /// <summary>Forgets all: some may be deleted by now.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _young = [];
            _old = [];
            _youngBytes = 0;
        }
    }

    private ReadOnlyMemory<byte>? Find(in Hash hash)
    {
        lock (_gate)
        {
            if (_young.TryGetValue(hash, out ReadOnlyMemory<byte> bytes))
            {
                return bytes;
            }
            if (!_old.Remove(hash, out bytes))
            {
                return null;
            }
            Add(hash, bytes);
            return bytes;
        }
    }

    /// <summary>Under the gate. Two halves: what is not asked for while one fills goes with the other.</summary>
    private void Add(in Hash hash, ReadOnlyMemory<byte> bytes)
    {
        if (!_young.TryAdd(hash, bytes))
        {
            return;
        }
        // What an entry of the table takes beside the bytes.
        _youngBytes += bytes.Length + 120;
        if (_youngBytes > cacheBytesMax / 2)
        {
            _old = _young;
            _young = [];
            _youngBytes = 0;
        }
    }

    private static List<(Hash Hash, byte[] Bytes)> Fetch(NpgsqlConnection connection, in Hash hash)
    {
        using PostgresBatch batch = new(connection);
        batch.Add(
            $"""
            WITH RECURSIVE below AS (
                SELECT hash, links, bytes FROM nodes WHERE hash = $1
                UNION ALL
                SELECT n.hash, n.links, n.bytes FROM below b
                CROSS JOIN LATERAL generate_series(1, octet_length(b.links), 32) AS at
                JOIN nodes n ON n.hash = substr(b.links, at, 32))
            SELECT hash, bytes FROM (
                SELECT hash, bytes, sum(octet_length(bytes)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(bytes)
                    AS before
                FROM (SELECT * FROM below LIMIT {FetchCount}) nearest) nearest
            WHERE before < {FetchBytes}
            """,
            PostgresBatch.Of(hash));
        using NpgsqlDataReader reader = batch.Read();
        List<(Hash Hash, byte[] Bytes)> nodes = [];
        while (reader.Read())
        {
            nodes.Add((PostgresRows.Hash(reader, 0), PostgresRows.Bytes(reader, 1)));
        }
        return nodes;
    }
}
