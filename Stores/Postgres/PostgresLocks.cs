using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Granary.Stores;

/// <summary>What the advisory locks of a database stand for. Numbers never change: nodes of two versions may
/// meet.</summary>
internal enum PostgresLock
{
    /// <summary>Who uses the tables: silos share it, an embedded node has it alone.</summary>
    Use = 1,

    /// <summary>Who changes the tables' layout.</summary>
    Migration = 2,

    /// <summary>Who collects.</summary>
    Collector = 3,

    /// <summary>Transactions that stamp nodes share it; a collection that begins or ends has it alone.</summary>
    Stamps = 4,
}

/// <summary>The keys of the advisory locks: those of other schemas and programs in the database are others.</summary>
internal sealed class PostgresLocks(string schema)
{
    /// <summary>"GRN": together with the number of the lock, the first half of its key.</summary>
    private const int Ours = 0x47524E00;

    private readonly int _schema = BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(schema)));

    public NpgsqlParameter[] Of(PostgresLock which) =>
        [PostgresBatch.Of(Ours + (int)which), PostgresBatch.Of(_schema)];
}
