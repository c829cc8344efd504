using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>Makes sure that one process at a time works on a data folder.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <exception cref="KernelHostException">The folder is in use, or cannot be written.</exception>
    public static FolderLock Take(string folder)
    {
        string path = Path.Combine(folder, "lock");
        try
        {
            Directory.CreateDirectory(folder);
            FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new FolderLock(file);
        }
        catch (UnauthorizedAccessException error)
        {
            throw Unwritable(folder, error);
        }
        catch (IOException error) when (File.Exists(path) && Directory.Exists(folder))
        {
            throw new KernelHostException(
                KernelHostError.Store, $"The data folder '{folder}' is in use by another process.",
                "End that one, or name another folder with --data.", error);
        }
        catch (IOException error)
        {
            throw Unwritable(folder, error);
        }
    }

    public void Dispose() => _file.Dispose();

    private static KernelHostException Unwritable(string folder, Exception error) => new(
        KernelHostError.Store, $"The data folder '{folder}' cannot be written: {error.Message}",
        "Name another folder with --data, or mend its permissions.", error);
}
