namespace Granary.Cli;

/// <summary>The user's files, with errors that name the file.</summary>
internal static class Files
{
    /// <summary>All of a file.</summary>
    public static byte[] Read(string path, int bytesMax)
    {
        using FileStream file = OpenRead(path);
        byte[] bytes = Try("read", path, () => ReadAtMost(file, bytesMax));
        return bytes.Length > bytesMax
            ? throw new UsageException($"The file '{path}' is over the limit of {TextForms.Bytes(bytesMax)}.")
            : bytes;
    }

    /// <summary>Up to one byte more than the limit, so that the caller can tell that there is more.</summary>
    public static byte[] ReadAtMost(Stream stream, int bytesMax)
    {
        using MemoryStream bytes = new();
        byte[] buffer = new byte[65_536];
        while (bytes.Length <= bytesMax)
        {
            int wanted = (int)Math.Min(buffer.Length, bytesMax + 1L - bytes.Length);
            int count = stream.Read(buffer, 0, wanted);
            if (count == 0)
            {
                break;
            }
            bytes.Write(buffer, 0, count);
        }
        return bytes.ToArray();
    }

    public static FileStream OpenRead(string path) => Try("read", path, () =>
        Directory.Exists(path)
            ? throw new UsageException($"'{path}' is a folder, not a file.")
            : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));

    /// <summary>
    /// Writes a file beside its place and puts it there when it is whole: a file by that name is never half done.
    /// </summary>
    public static async Task<T> WriteAsync<T>(string path, bool force, Func<Stream, Task<T>> write)
    {
        if (!force && (File.Exists(path) || Directory.Exists(path)))
        {
            throw new UsageException($"'{path}' exists.", "Choose another name, or use --force to replace it.");
        }
        string partPath = path + ".part";
        FileStream part = Try("write", path, () => new FileStream(partPath, FileMode.Create, FileAccess.Write));
        bool isWhole = false;
        try
        {
            T result;
            await using (part)
            {
                result = await write(part);
                part.Flush(flushToDisk: true);
            }
            Try("write", path, () =>
            {
                File.Move(partPath, path, overwrite: force);
                return true;
            });
            isWhole = true;
            return result;
        }
        finally
        {
            if (!isWhole)
            {
                File.Delete(partPath);
            }
        }
    }

    private static T Try<T>(string verb, string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"Cannot {verb} '{path}': there is no such file or folder.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"Cannot {verb} '{path}': {e.Message}");
        }
    }
}
