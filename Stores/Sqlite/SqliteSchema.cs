using System.Globalization;

namespace Granary.Stores;

/// <summary>The layout of the file and how older layouts become the present one.</summary>
internal static class SqliteSchema
{
    /// <summary>"GRNY": tells a Granary database from others.</summary>
    public const int ApplicationId = 0x47524E59;

    /// <summary>
    /// One step per layout version; a released step never changes. Tables with large values are ordinary (rowid)
    /// tables: new rows go to the end of the file, and only the small index is written at random. Measured against
    /// WITHOUT ROWID: journal appends 1.3 times, node puts 2 times (small) to 2.6 times (4 KiB) as fast. <c>stamp</c>
    /// stands before
    /// <c>bytes</c> so that it is read without the rest of the row.
    /// </summary>
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE collection(number INTEGER NOT NULL, is_unfinished INTEGER NOT NULL);
        INSERT INTO collection VALUES(0, 0);

        CREATE TABLE kernels(
            key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, engine TEXT NOT NULL, code BLOB NOT NULL,
            created INTEGER NOT NULL, epoch INTEGER NOT NULL, position INTEGER NOT NULL, chain BLOB NOT NULL,
            status INTEGER NOT NULL, generation INTEGER NOT NULL, wake_at INTEGER, has_work INTEGER NOT NULL,
            inbox_count INTEGER NOT NULL, gas_spent INTEGER NOT NULL);
        CREATE INDEX kernels_due ON kernels(wake_at) WHERE wake_at IS NOT NULL;
        CREATE INDEX kernels_work ON kernels(id) WHERE has_work = 1;

        CREATE TABLE journal(
            kernel INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, records BLOB NOT NULL,
            PRIMARY KEY(kernel, first));

        CREATE TABLE heads(
            kernel INTEGER NOT NULL, position INTEGER NOT NULL, generation INTEGER NOT NULL, chain BLOB NOT NULL,
            root BLOB NOT NULL, work_root BLOB, time INTEGER NOT NULL, name TEXT,
            PRIMARY KEY(kernel, position)) WITHOUT ROWID;
        CREATE UNIQUE INDEX heads_name ON heads(kernel, name) WHERE name IS NOT NULL;

        CREATE TABLE nodes(
            key INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, stamp INTEGER NOT NULL, bytes BLOB NOT NULL);

        CREATE TABLE code(hash BLOB PRIMARY KEY, bytes BLOB NOT NULL);
        CREATE TABLE kernel_code(kernel INTEGER NOT NULL, code BLOB NOT NULL, PRIMARY KEY(kernel, code)) WITHOUT ROWID;
        """,
    ];

    public static int Version => Steps.Length;

    /// <summary>Makes sure, without writing, that the file is new or ours, that we know its layout and may write
    /// it.</summary>
    public static void Check(SqliteConnection connection)
    {
        long application = connection.QueryInt64("PRAGMA application_id");
        long version = connection.QueryInt64("PRAGMA user_version");
        bool isNew = application == 0 && version == 0
            && connection.QueryInt64("SELECT count(*) FROM sqlite_master") == 0;
        if (!isNew && application != ApplicationId)
        {
            throw SqliteErrors.Foreign(connection.File);
        }
        if (version > Version)
        {
            throw SqliteErrors.TooNew(connection.File, version, Version);
        }
        if (connection.IsReadOnly)
        {
            throw SqliteErrors.ToException(SQLitePCL.raw.SQLITE_READONLY, "opened read-only", connection.File);
        }
    }

    /// <summary>Brings a checked file to the present layout, in one transaction.</summary>
    public static void Migrate(SqliteConnection connection)
    {
        int version = (int)connection.QueryInt64("PRAGMA user_version");
        if (version == Version)
        {
            return;
        }
        connection.InTransaction(() =>
        {
            for (int step = version; step < Version; step++)
            {
                connection.Execute(Steps[step]);
            }
            connection.Execute(string.Create(
                NumberFormatInfo.InvariantInfo,
                $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}"));
            return true;
        });
    }
}
