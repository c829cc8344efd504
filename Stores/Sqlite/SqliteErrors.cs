using static SQLitePCL.raw;

namespace Granary.Stores;

/// <summary>Says what SQLite's result codes mean to a person.</summary>
internal static class SqliteErrors
{
    /// <param name="code">The extended result code; its low byte is the primary one.</param>
    public static StoreException ToException(int code, string message, string file)
    {
        (StoreFault fault, string what, string advice) = (code & 0xff) switch
        {
            SQLITE_READONLY or SQLITE_PERM or SQLITE_AUTH => (
                StoreFault.ReadOnly, "cannot be written",
                "Give this user the right to write the file and its folder, or mount the volume writable."),
            SQLITE_CANTOPEN => (
                StoreFault.Failed, "cannot be opened or created",
                "Check that the folder exists, that this user may write it, and that the path names a file."),
            SQLITE_BUSY or SQLITE_LOCKED or SQLITE_PROTOCOL => (
                StoreFault.Locked, "is in use by another process",
                "Stop the other process, or give this one a data folder of its own."),
            SQLITE_CORRUPT or SQLITE_FORMAT => (
                StoreFault.Corrupt, "is damaged",
                "Stop, copy the file and its -wal file away, check the disk, and restore a backup."),
            SQLITE_NOTADB => NotGranary,
            SQLITE_FULL => (
                StoreFault.Full, "cannot grow: the disk or the quota is full",
                "Free space; what was stored is intact and work goes on when there is room."),
            SQLITE_IOERR => (
                StoreFault.Failed, "had a disk error",
                "Look at the system's log for errors of the disk; do not go on before it is sound."),
            SQLITE_TOOBIG => (
                StoreFault.Failed, "was given a value above SQLite's limit of 1,000,000,000 bytes",
                "Store less in one entry, node or piece of code."),
            _ => (
                StoreFault.Failed, "failed",
                "This is unexpected: keep the file and report the code and message."),
        };
        return new StoreException(fault, $"The store {file} {what} (SQLite {code}: {message}).", advice);
    }

    public static StoreException Foreign(string file) =>
        new(StoreFault.Corrupt, $"The store {file} {NotGranary.What}.", NotGranary.Advice);

    public static StoreException TooNew(string file, long version, int versionKnown) => new(
        StoreFault.TooNew,
        $"The store {file} has layout version {version}; this version of Granary knows up to {versionKnown}.",
        "Use the newer version of Granary that wrote it.");

    public static StoreException Damaged(string file, string what) => new(
        StoreFault.Corrupt, $"The store {file} is damaged: {what}.",
        "Stop, copy the file and its -wal file away, check the disk, and restore a backup.");

    /// <summary>
    /// After a failed flush nobody knows which pages reached the disk, and asking again does not tell (the system
    /// forgets the error): only opening again, which reads what is there, is sound.
    /// </summary>
    public static bool LeavesDiskUnknown(int code) => code is SQLITE_IOERR_FSYNC or SQLITE_IOERR_DIR_FSYNC;

    private static (StoreFault Fault, string What, string Advice) NotGranary => (
        StoreFault.Corrupt, "is not a Granary database",
        "Name another file; if it was a Granary database, its beginning is overwritten: restore a backup.");
}
