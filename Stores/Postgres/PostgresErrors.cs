using Npgsql;

namespace Granary.Stores;

/// <summary>Says what PostgreSQL's errors mean: to a person, and to whoever may try again.</summary>
internal static class PostgresErrors
{
    private const string Backup =
        "Stop, keep the database as it is, check the server's log and disk, and restore a backup.";

    /// <summary>No answer came, or none can come for now: whoever asks again will get one at last.</summary>
    public static bool IsUnreachable(Exception error) => error switch
    {
        PostgresException server => server.SqlState.StartsWith("08", StringComparison.Ordinal)
            || server.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
                or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections
                // A standby, after a failover: the connection string finds the new primary, or somebody mends it.
                or PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException client => client.IsTransient
            || client.InnerException is IOException or System.Net.Sockets.SocketException or TimeoutException,
        IOException or System.Net.Sockets.SocketException or TimeoutException => true,
        // A connection that broke between being lent and being used.
        ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>
    /// Two transactions met: asking again settles it. A unique key that is taken is one's own write, whose answer was
    /// lost while it was under way.
    /// </summary>
    public static bool IsConflict(Exception error) => error is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.UniqueViolation
            // The query was cancelled because somebody else's cancellation came late; nothing was done.
            or PostgresErrorCodes.QueryCanceled,
    };

    public static StoreException ToException(Exception error, string description) => error switch
    {
        StoreException known => known,
        PostgresException server => OfServer(server, description),
        _ => new StoreException(
            StoreFault.Unreachable, $"{description} does not answer ({Brief(error)}).",
            "Check that the server runs, that host and port are right, and that nothing on the way blocks them.",
            error),
    };

    public static StoreException Damaged(string description, string what) =>
        new(StoreFault.Corrupt, $"{description} is damaged: {what}.", Backup);

    /// <summary>One line that never holds a secret.</summary>
    public static string Brief(Exception error)
    {
        Exception inmost = error;
        while (inmost.InnerException is { } inner)
        {
            inmost = inner;
        }
        string text = inmost is PostgresException server ? $"{server.SqlState}: {server.MessageText}" : inmost.Message;
        return text.ReplaceLineEndings(" ").TrimEnd('.');
    }

    private static StoreException OfServer(PostgresException error, string description)
    {
        (StoreFault fault, string what, string advice) = error.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => (
                StoreFault.Unreachable, "does not let this user in",
                "Check the user; give the password as PGPASSWORD or in the file that PGPASSFILE names."),
            PostgresErrorCodes.InvalidCatalogName => (
                StoreFault.Unreachable, "does not exist", "Make the database first: createdb NAME."),
            PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown
                or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.TooManyConnections => (
                StoreFault.Unreachable, "takes no connections at present", "Try again in a moment."),
            PostgresErrorCodes.InsufficientPrivilege => (
                StoreFault.ReadOnly, "does not let this user do that",
                "Grant the user all rights on the schema and its tables."),
            PostgresErrorCodes.ReadOnlySqlTransaction => (
                StoreFault.ReadOnly, "is read-only, perhaps a standby", "Name the primary server."),
            PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName => (
                StoreFault.NotMigrated, "lacks tables of Granary", "Run: granary db migrate."),
            PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory => (
                StoreFault.Full, "has no more room",
                "Free space on the server; what was stored is intact and work goes on when there is room."),
            PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => (
                StoreFault.Corrupt, "is damaged", Backup),
            _ => (StoreFault.Failed, "failed", "This is unexpected: report the code and message."),
        };
        return new StoreException(
            fault, $"{description} {what} (PostgreSQL {error.SqlState}: {error.MessageText}).", advice, error);
    }
}
