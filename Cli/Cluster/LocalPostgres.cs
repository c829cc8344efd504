using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Granary.Kernels;
using Granary.Stores;

namespace Granary.Cli;

/// <summary>
/// A PostgreSQL server on loopback of the programs that are installed, with a data folder that goes when it ends. It
/// ends with this process, however that ends.
/// </summary>
internal sealed class LocalPostgres : IAsyncDisposable
{
    private const string BinVariable = "GRANARY_PG_BIN";
    private const string ServerUser = "postgres";
    private const string Setpriv = "/usr/bin/setpriv";

    private static readonly TimeSpan s_startMax = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly Process _keeper;

    private LocalPostgres(string folder, Process keeper, int port)
    {
        (_folder, _keeper) = (folder, keeper);
        Address = PostgresAddress.Parse(string.Create(
            CultureInfo.InvariantCulture, $"postgres://postgres@127.0.0.1:{port}/postgres"));
    }

    public PostgresAddress Address { get; }

    /// <exception cref="KernelHostException">There are no such programs, or the server does not start.</exception>
    public static async Task<LocalPostgres> StartAsync(CancellationToken cancellationToken)
    {
        string bin = FindPrograms() ?? throw new KernelHostException(
            KernelHostError.Store, "PostgreSQL is not installed here.",
            "Install it (on Debian: apt-get install postgresql), or name a database with --store.");
        string folder = Directory.CreateTempSubdirectory("granary-cluster-").FullName;
        int port = FreePort();
        // The server may run as another user, who must get in; when this process is gone, its input ends, and with it
        // the server and the folder.
        Process keeper = Start(
            """
            set -e
            as=""
            if [ "$(id -u)" = 0 ]; then
                chown "$4" "$2"
                as="$5 --reuid=$4 --regid=$4 --clear-groups"
            fi
            cd /
            $as "$1/initdb" -D "$2/data" -U postgres -A trust -N --locale=C.UTF-8 -E UTF8 >"$2.log" 2>&1
            $as "$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 >>"$2.log" 2>&1 </dev/null &
            server=$!
            cat >/dev/null
            kill -INT "$server" 2>/dev/null || true
            wait "$server" || true
            rm -rf "$2" "$2.log"
            """,
            bin, folder, port.ToString(CultureInfo.InvariantCulture), ServerUser, Setpriv);
        LocalPostgres server = new(folder, keeper, port);
        try
        {
            await server.WaitAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await PostgresStore.DescribeAsync(Address, cancellationToken);
                return;
            }
            catch (StoreException error)
            {
                if (_keeper.HasExited || Stopwatch.GetElapsedTime(start) > s_startMax)
                {
                    string log = File.Exists(_folder + ".log")
                        ? await File.ReadAllTextAsync(_folder + ".log", CancellationToken.None)
                        : "";
                    throw new KernelHostException(
                        KernelHostError.Store, $"The PostgreSQL server does not start: {error.What}",
                        log.Length > 0 ? $"It says: {log[^Math.Min(400, log.Length)..].Trim()}" : "", error);
                }
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    private static Process Start(string script, params string[] arguments)
    {
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardInput = true, UseShellExecute = false };
        foreach (string word in (string[])["-c", script, "sh", .. arguments])
        {
            start.ArgumentList.Add(word);
        }
        return Process.Start(start)!;
    }

    private static string? FindPrograms()
    {
        List<string> places = [];
        if (Environment.GetEnvironmentVariable(BinVariable) is { Length: > 0 } named)
        {
            places.Add(named);
        }
        if (Directory.Exists("/usr/lib/postgresql"))
        {
            places.AddRange(Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal)
                .Select(d => Path.Combine(d, "bin")));
        }
        places.AddRange((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator));
        return places.Find(p => p.Length > 0 && File.Exists(Path.Combine(p, "initdb"))
            && File.Exists(Path.Combine(p, "postgres")));
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
