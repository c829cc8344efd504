using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>
/// The file <c>node.json</c> in a data folder: where the node listens that runs on it. It counts only while the
/// folder is locked, for a node that was killed leaves it behind.
/// </summary>
internal sealed record NodeFile(Uri Url, int ProcessId)
{
    /// <summary>The database that its kernels are in; empty when they are in the folder.</summary>
    public string Store { get; init; } = "";

    private const string Name = "node.json";
    private const string LockName = "lock";
    private const int BytesMax = 4_096;

    /// <summary>The node that runs on a folder, or null.</summary>
    public static NodeFile? FindRunning(string folder) =>
        Read(Path.Combine(folder, Name)) is { } node && IsLocked(Path.Combine(folder, LockName)) ? node : null;

    /// <exception cref="KernelHostException">The folder cannot be written.</exception>
    public void Write(string folder)
    {
        JsonObject json = new() { ["url"] = Url.AbsoluteUri, ["pid"] = ProcessId };
        if (Store.Length > 0)
        {
            json["store"] = Store;
        }
        string path = Path.Combine(folder, Name);
        try
        {
            // Beside it first: whoever reads it never sees half of it.
            File.WriteAllText(path + ".new", JsonForms.ToLine(json));
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KernelHostException(
                KernelHostError.Store, $"'{path}' cannot be written: {e.Message}", "Mend the folder's permissions.", e);
        }
    }

    public static void Remove(string folder)
    {
        try
        {
            File.Delete(Path.Combine(folder, Name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It counts for nothing once the folder is not locked.
        }
    }

    private static NodeFile? Read(string path)
    {
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length > BytesMax)
            {
                return null;
            }
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
            bool fits = Uri.TryCreate(json.RootElement.GetProperty("url").GetString(), UriKind.Absolute, out Uri? url)
                & json.RootElement.GetProperty("pid").TryGetInt32(out int processId);
            string store = json.RootElement.TryGetProperty("store", out JsonElement text) ? text.GetString() ?? "" : "";
            return fits ? new NodeFile(url!, processId) { Store = store } : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException
            or InvalidOperationException or KeyNotFoundException)
        {
            // Then there is no telling where it listens, and opening the folder says that it is in use.
            return null;
        }
    }

    private static bool IsLocked(string path)
    {
        try
        {
            if (File.Exists(path))
            {
                using FileStream probe = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            }
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
