using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Granary.Client;
using Granary.Silo;

namespace Granary.Cluster.Tests;

/// <summary>A machine with a silo on it, which can be killed, stopped, cut off, and started again.</summary>
internal sealed class SiloMachine : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;
    private const int SiloPort = 11_200;
    private const int LinesMax = 2000;

    private readonly NetworkHosts _hosts;
    private readonly int _host;
    private readonly string _store;
    private readonly int _probeMilliseconds;
    private readonly IReadOnlyList<(string Name, string Value)> _environment;
    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _process;
    private bool _endIsWanted;

    public SiloMachine(
        NetworkHosts hosts, int host, string store, int probeMilliseconds,
        IReadOnlyList<(string, string)>? environment = null)
    {
        (_hosts, _host, _store, _probeMilliseconds) = (hosts, host, store, probeMilliseconds);
        _environment = environment ?? [];
        HttpPort = FreePort();
    }

    public string Name => $"silo-{_host + 1}";

    public int Host => _host;

    public int HttpPort { get; }

    public Uri Url => new($"http://127.0.0.1:{HttpPort}");

    public int ExitCode => _process!.ExitCode;

    /// <summary>It ended though nobody wanted that: the others took it for dead, or it broke.</summary>
    public bool HasFallen => _process is { HasExited: true } && !_endIsWanted;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The last that it said.</summary>
    public string Log => string.Join('\n', _lines);

    /// <summary>Starts it; returns when clients can come.</summary>
    public async Task StartAsync()
    {
        _process?.Dispose();
        _endIsWanted = false;
        string program = Path.ChangeExtension(typeof(SiloNode).Assembly.Location, ".dll");
        string[] words = [.. _hosts.Enter(_host), "dotnet", program];
        // Without machines of their own, all are on loopback.
        int siloPort = SiloPort + _host + (Environment.ProcessId % 1_000 * 10);
        string[] arguments = ["--store", _store, "--name", Name, "--address", _hosts.AddressOf(_host).ToString(),
            "--silo-port", Text(siloPort), "--listen", $"http://127.0.0.1:{HttpPort}", "--probe-ms",
            Text(_probeMilliseconds), "--stop-with-input", "true"];
        ProcessStartInfo start = new(words[0], [.. words[1..], .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardInput = true, RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach ((string name, string value) in _environment)
        {
            start.Environment[name] = value;
        }
        Process process = Process.Start(start)!;
        _process = process;
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginErrorReadLine();
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(TestCluster.Limit);
        Assert.True(line?.Contains("\"ready\"", StringComparison.Ordinal), $"{Name} did not start:\n{Log}");
    }

    public void Kill()
    {
        _endIsWanted = true;
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>The process does nothing any more, and its connections stay.</summary>
    public void Pause() => Signal(Stop);

    public void Resume() => Signal(Continue);

    /// <summary>What follows is no accident: the others were made to give it up.</summary>
    public void ExpectEnd() => _endIsWanted = true;

    public async Task WaitForEndAsync() => await _process!.WaitForExitAsync().WaitAsync(TestCluster.Limit);

    /// <summary>Has it leave in order.</summary>
    public async Task TerminateAsync()
    {
        _endIsWanted = true;
        Signal(Terminate);
        await WaitForEndAsync();
    }

    /// <summary>A client of several silos, in this order; it waits for each answer as long as it takes.</summary>
    public static GranaryClient NewClient(NetworkHosts hosts, params IReadOnlyList<SiloMachine> silos) =>
        NewClient(hosts, TestCluster.Limit, TestCluster.Limit, silos);

    /// <summary>A client that soon leaves a silo that says nothing for the next.</summary>
    public static GranaryClient NewHastyClient(NetworkHosts hosts, IReadOnlyList<SiloMachine> silos) =>
        NewClient(hosts, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), silos);

    private static GranaryClient NewClient(
        NetworkHosts hosts, TimeSpan wait, TimeSpan answer, IReadOnlyList<SiloMachine> silos) => new(
        [.. silos.Select(s => s.Url)],
        new GranaryClientOptions
        {
            Handler = new SocketsHttpHandler
            {
                ConnectCallback = async (context, token) => await hosts.ConnectAsync(
                    silos.First(s => s.HttpPort == context.DnsEndPoint.Port).Host, context.DnsEndPoint.Port, token),
                ConnectTimeout = TimeSpan.FromSeconds(1),
            },
            WaitPerRequest = wait, RequestTimeout = answer, RetryCount = 1_000,
            RetryDelay = TimeSpan.FromMilliseconds(20), RetryDelayMax = TimeSpan.FromMilliseconds(200),
        });

    public ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            Kill();
        }
        _process?.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Signal(int signal) => Assert.Equal(0, SendSignal(_process!.Id, signal));

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
            while (_lines.Count > LinesMax && _lines.TryDequeue(out _))
            {
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
