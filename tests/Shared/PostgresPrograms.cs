using System.Diagnostics;
using System.Globalization;

namespace Granary.Tests;

/// <summary>PostgreSQL's programs on this machine. They refuse to run as root, so root runs them as the user
/// postgres.</summary>
internal static class PostgresPrograms
{
    private const string User = "postgres";

    private static readonly bool s_isRoot = Environment.UserName == "root";

    /// <summary>The folder of initdb, or null: GRANARY_PG_BIN, Debian's, or one of the PATH.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Why there can be no server here; null when there can.</summary>
    public static string? Missing { get; } =
        OperatingSystem.IsWindows() ? "PostgreSQL tests are not run on Windows: they start their server by a shell."
        : Folder is null ? "PostgreSQL is not installed (no initdb in GRANARY_PG_BIN, /usr/lib/postgresql or PATH):"
            + " install it, on Debian: apt-get install postgresql."
        : s_isRoot && !File.Exists("/usr/bin/setpriv") ? "PostgreSQL does not run as root, and setpriv is missing."
        : null;

    /// <summary>Runs a program; gives what it prints, throws with what it says when it fails.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using Process process = Start([Path.Combine(Folder!, program), .. arguments], asServer: true);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} failed with {process.ExitCode}: {error.Result}{output}");
    }

    /// <summary>Starts a shell script with arguments; its input stays open.</summary>
    public static Process StartShell(string script, params string[] arguments) =>
        Start(["/bin/sh", "-c", script, "sh", .. arguments], asServer: true);

    /// <summary>The server's user must be able to write there.</summary>
    public static void GiveToServer(string folder)
    {
        if (s_isRoot)
        {
            using Process process = Start(["/bin/chown", $"{User}:{User}", folder], asServer: false);
            process.WaitForExit();
        }
    }

    public static void KillProcess(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            // It is gone already.
            return;
        }
    }

    public static bool IsRunning(int id) => Stat(id) is { } stat && !stat.StartsWith('Z');

    public static int? ParentOf(int id) =>
        Stat(id) is { } stat ? int.Parse(stat.Split(' ')[1], CultureInfo.InvariantCulture) : null;

    /// <summary>State and parent, the words behind the name in brackets.</summary>
    private static string? Stat(int id)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static Process Start(string[] words, bool asServer)
    {
        string[] all = asServer && s_isRoot
            ? ["/usr/bin/setpriv", $"--reuid={User}", $"--regid={User}", "--clear-groups", .. words]
            : words;
        ProcessStartInfo start = new(all[0])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            // Those of the caller's may be closed to the server's user.
            WorkingDirectory = "/tmp",
        };
        foreach (string word in all.AsSpan(1))
        {
            start.ArgumentList.Add(word);
        }
        return Process.Start(start)!;
    }

    private static string? Find()
    {
        List<string> places = [];
        if (Environment.GetEnvironmentVariable("GRANARY_PG_BIN") is { Length: > 0 } named)
        {
            places.Add(named);
        }
        if (Directory.Exists("/usr/lib/postgresql"))
        {
            places.AddRange(Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(d => int.TryParse(Path.GetFileName(d), out int version) ? version : 0)
                .Select(d => Path.Combine(d, "bin")));
        }
        places.AddRange((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator));
        return places.Find(p => File.Exists(Path.Combine(p, "initdb")) && File.Exists(Path.Combine(p, "postgres")));
    }
}
