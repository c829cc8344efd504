using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Granary.Tests;

/// <summary>
/// A throwaway PostgreSQL server on loopback, of the programs that are installed. It ends with this process, however
/// that ends, and leaves nothing.
/// </summary>
internal sealed class PostgresServer : IDisposable
{
    private static readonly Lazy<PostgresServer> s_shared = new(() =>
    {
        PostgresServer server = new(isDurable: false);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    });

    private readonly string _folder;
    private readonly bool _isDurable;
    private readonly int _connectionsMax;
    private Process? _keeper;

    /// <param name="isDurable">False: it does not flush, which is faster and enough unless the machine fails.</param>
    public PostgresServer(bool isDurable, int connectionsMax = 200)
    {
        if (PostgresPrograms.Missing is { } missing)
        {
            throw new InvalidOperationException(missing);
        }
        (_isDurable, _connectionsMax) = (isDurable, connectionsMax);
        // Not below a folder that only its owner can enter: the server may run as another user.
        _folder = Path.Combine(
            Environment.GetEnvironmentVariable("GRANARY_PG_FOLDER") ?? "/tmp",
            "granary-pg-" + Guid.NewGuid().ToString("N")[..12]);
        Directory.CreateDirectory(_folder);
        PostgresPrograms.GiveToServer(_folder);
        PostgresPrograms.Run(
            "initdb", "-D", DataFolder, "-U", "postgres", "-A", "trust", "-N", "--locale=C.UTF-8", "-E", "UTF8");
        Port = FreePort();
        Start();
    }

    /// <summary>The one of this test run; it does not flush.</summary>
    public static PostgresServer Shared => s_shared.Value;

    public int Port { get; }

    public string DataFolder => Path.Combine(_folder, "data");

    /// <summary>A URL; every test uses a schema of its own.</summary>
    public string Url(string schema = "granary", string database = "postgres") =>
        FormattableString.Invariant($"postgres://postgres@127.0.0.1:{Port}/{database}?schema={schema}");

    /// <summary>As <see cref="Url"/>, by the socket in the file system: reachable whatever becomes of the network.
    /// </summary>
    public string LocalSettings(string schema) => FormattableString.Invariant(
        $"Host={_folder};Port={Port};Username=postgres;Database=postgres;Search Path={schema}");

    /// <summary>Starts it again after <see cref="Kill"/> or <see cref="Stop"/>; returns when it takes
    /// connections.</summary>
    public void Start()
    {
        string durability = _isDurable ? "on" : "off";
        // The keeper ends the server, and removes all, when this process is gone: it sees that by the end of its input.
        _keeper = PostgresPrograms.StartShell(
            """
            "$1/postgres" -D "$2" -p "$3" -k "$4" -c listen_addresses=127.0.0.1 -c fsync="$5" -c full_page_writes="$5" \
                -c max_connections="$6" -c shared_buffers=64MB >>"$4/log" 2>&1 </dev/null &
            server=$!
            word=$(cat)
            kill -QUIT "$server" 2>/dev/null
            wait "$server"
            [ "$word" = keep ] || rm -rf "$4"
            """,
            PostgresPrograms.Folder!, DataFolder, Port.ToString(CultureInfo.InvariantCulture), _folder, durability,
            _connectionsMax.ToString(CultureInfo.InvariantCulture));
        for (int tries = 0; !IsReady(); tries++)
        {
            if (_keeper.HasExited || tries > 600)
            {
                throw new InvalidOperationException($"PostgreSQL did not start:\n{Log()}");
            }
            Thread.Sleep(50);
        }
    }

    /// <summary>Kills all of its processes at once, as a failing machine would; what was not flushed by the system
    /// stays in the system's memory.</summary>
    public void Kill()
    {
        int server = ServerProcess();
        List<int> processes = [server, .. ChildrenOf(server)];
        foreach (int process in processes)
        {
            PostgresPrograms.KillProcess(process);
        }
        processes.AddRange(ChildrenOf(server));
        while (processes.Exists(PostgresPrograms.IsRunning))
        {
            Thread.Sleep(5);
        }
        EndKeeper("keep");
    }

    /// <summary>Stops it in order; clients are cut off.</summary>
    public void Stop()
    {
        PostgresPrograms.Run("pg_ctl", "-D", DataFolder, "-m", "fast", "-w", "stop");
        EndKeeper("keep");
    }

    /// <summary>Runs one of PostgreSQL's programs (pg_dump, psql ...) with the server's port; gives what it
    /// prints.</summary>
    public string Run(string program, params string[] arguments) => PostgresPrograms.Run(
        program,
        ["-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", .. arguments]);

    public string Log()
    {
        string path = Path.Combine(_folder, "log");
        return File.Exists(path) ? File.ReadAllText(path) : "(no log)";
    }

    public void Dispose()
    {
        EndKeeper("");
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private void EndKeeper(string word)
    {
        if (_keeper is { } keeper)
        {
            _keeper = null;
            keeper.StandardInput.Write(word);
            keeper.StandardInput.Close();
            keeper.WaitForExit();
            keeper.Dispose();
        }
    }

    private bool IsReady()
    {
        try
        {
            PostgresPrograms.Run(
                "pg_isready", "-q", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private int ServerProcess() => int.Parse(
        File.ReadLines(Path.Combine(DataFolder, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private static IEnumerable<int> ChildrenOf(int process)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int child) && PostgresPrograms.ParentOf(child) == process)
            {
                yield return child;
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
