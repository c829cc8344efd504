namespace Granary.Stores;

/// <summary>Copies of a <see cref="SqliteStore"/>'s file, made while it is used.</summary>
public static class SqliteBackup
{
    /// <summary>
    /// Makes a file with all that the store held at one moment. Whoever writes to the store goes on meanwhile: SQLite
    /// reads one view of it from its log, as any reader does.
    /// </summary>
    /// <returns>The size of the file.</returns>
    /// <exception cref="StoreException">It cannot be read or written.</exception>
    public static long Make(string file, string target)
    {
        string part = target + ".part";
        using (SqliteConnection source = SqliteConnection.Open(file, create: false))
        {
            source.Execute("PRAGMA busy_timeout = 10000");
            RequireOurs(source);
            File.Delete(part);
            source.Execute($"VACUUM INTO '{part.Replace("'", "''", StringComparison.Ordinal)}'");
        }
        Publish(part, target);
        return new FileInfo(target).Length;
    }

    /// <summary>Makes a store's file of a backup, which it looks through first.</summary>
    /// <exception cref="StoreException">The backup is none, or damaged; nothing was made.</exception>
    public static void Restore(string backup, string file)
    {
        string part = file + ".part";
        File.Copy(backup, part, overwrite: true);
        using (SqliteConnection copy = SqliteConnection.Open(part, create: false))
        {
            RequireOurs(copy);
            string found = copy.QueryText("PRAGMA integrity_check");
            if (found != "ok")
            {
                throw SqliteErrors.Damaged(backup, found);
            }
        }
        Publish(part, file);
    }

    private static void RequireOurs(SqliteConnection connection)
    {
        SqliteSchema.Check(connection);
        if (connection.QueryInt64("PRAGMA user_version") == 0)
        {
            throw SqliteErrors.Foreign(connection.File);
        }
    }

    /// <summary>Flushed before it has its name: whoever sees the name sees all of it.</summary>
    private static void Publish(string part, string target)
    {
        using (FileStream stream = new(part, FileMode.Open, FileAccess.ReadWrite))
        {
            stream.Flush(flushToDisk: true);
        }
        File.Move(part, target, overwrite: false);
    }
}
