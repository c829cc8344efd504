using Granary.Kernels;
using Granary.Stores;

namespace Granary.Embedded;

/// <summary>Backups of data folders.</summary>
public static class EmbeddedBackup
{
    private const string Name = "granary.db";

    /// <summary>Copies all kernels of a folder, which a host may be running on, to a new file.</summary>
    /// <returns>The size of the file.</returns>
    /// <exception cref="KernelHostException">There are no kernels, or the file cannot be made.</exception>
    public static long Make(string folder, string file)
    {
        string source = Path.Combine(folder, Name);
        if (!File.Exists(source))
        {
            throw new KernelHostException(
                KernelHostError.Store, $"The data folder '{folder}' holds no kernels.", "Name another with --data.");
        }
        RequireFree(file);
        return Try(file, () => SqliteBackup.Make(source, file));
    }

    /// <summary>Fills a folder that holds no kernels from the file of a backup.</summary>
    /// <exception cref="KernelHostException">The folder holds kernels or is in use, or the file is no
    /// backup.</exception>
    public static void Restore(string file, string folder)
    {
        if (!File.Exists(file))
        {
            throw new KernelHostException(
                KernelHostError.Store, $"There is no file '{file}'.", "Name the file that 'granary backup' made.");
        }
        using FolderLock folderLock = FolderLock.Take(folder);
        string target = Path.Combine(folder, Name);
        RequireFree(target);
        Try(target, () =>
        {
            SqliteBackup.Restore(file, target);
            return true;
        });
    }

    private static void RequireFree(string file)
    {
        if (File.Exists(file))
        {
            throw new KernelHostException(
                KernelHostError.Store, $"'{file}' is there already.", "Name another; nothing is overwritten.");
        }
    }

    private static T Try<T>(string file, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (StoreException error)
        {
            throw CommitErrors.Store(error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KernelHostException(
                KernelHostError.Store, $"'{file}' cannot be made: {error.Message}",
                "Check that the folder exists, is writable and has room.", error);
        }
        finally
        {
            File.Delete(file + ".part");
        }
    }
}
