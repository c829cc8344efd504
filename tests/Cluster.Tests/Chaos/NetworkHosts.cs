using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Granary.Cluster.Tests;

/// <summary>
/// Machines for silos: network namespaces behind a bridge, each with an address of its own, so that one can be cut off
/// from the others while it still reaches the database by its socket in the file system. Needs root and Linux; without,
/// all silos are on loopback and none can be cut off.
/// </summary>
internal sealed class NetworkHosts : IDisposable
{
    private const int NewNetwork = 0x40000000;
    private const string Folder = "/var/run/netns";
    private const string Prefix = "granary-";

    private readonly List<string> _names = [];
    private readonly string _bridge = "gr" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private NetworkHosts()
    {
    }

    /// <summary>Why no machine can be cut off; null when each can.</summary>
    public string? Missing { get; private set; }

    public static NetworkHosts Create(int count)
    {
        NetworkHosts hosts = new();
        try
        {
            RemoveLeft();
            hosts.Make(count);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            hosts.Dispose();
            hosts.Missing = "No machine can be cut off here, which needs root and network namespaces: "
                + error.Message.Trim();
        }
        return hosts;
    }

    /// <summary>Where the other machines reach it.</summary>
    public IPAddress AddressOf(int host) => Missing is null ? Inside(host) : IPAddress.Loopback;

    /// <summary>Words before a command that have it run there.</summary>
    public string[] Enter(int host) => Missing is null ? ["ip", "netns", "exec", _names[host]] : [];

    /// <summary>Pulls its cable out.</summary>
    public void Cut(int host) => Ip("link", "set", Cable(host), "down");

    public void Join(int host) => Ip("link", "set", Cable(host), "up");

    /// <summary>Connects to loopback of that machine, whoever else it can reach.</summary>
    public async Task<Stream> ConnectAsync(int host, int port, CancellationToken cancellationToken)
    {
        Socket socket = Missing is null ? NewSocketIn(_names[host]) : NewSocket();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (string name in _names)
        {
            TryIp("netns", "del", name);
        }
        _names.Clear();
        TryIp("link", "del", _bridge);
    }

    private static IPAddress Inside(int host) => new([10, 200, (byte)(Environment.ProcessId % 250), (byte)(host + 2)]);

    private string Cable(int host) => $"{_bridge}-{host}";

    private void Make(int count)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new InvalidOperationException("this is no Linux.");
        }
        Ip("link", "add", _bridge, "type", "bridge");
        Ip("link", "set", _bridge, "up");
        for (int i = 0; i < count; i++)
        {
            string name = $"{Prefix}{Environment.ProcessId}-{i}";
            Ip("netns", "add", name);
            _names.Add(name);
            Ip("link", "add", Cable(i), "type", "veth", "peer", "name", "eth0", "netns", name);
            Ip("link", "set", Cable(i), "master", _bridge, "up");
            Ip("-n", name, "addr", "add", $"{Inside(i)}/24", "dev", "eth0");
            Ip("-n", name, "link", "set", "eth0", "up");
            Ip("-n", name, "link", "set", "lo", "up");
        }
    }

    /// <summary>Those of test runs that were killed.</summary>
    private static void RemoveLeft()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }
        foreach (string path in Directory.EnumerateFiles(Folder, Prefix + "*"))
        {
            string process = Path.GetFileName(path).Split('-')[1];
            if (!Directory.Exists("/proc/" + process))
            {
                TryIp("netns", "del", Path.GetFileName(path));
                TryIp("link", "del", "gr" + process);
            }
        }
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };

    /// <summary>A socket belongs to the namespace of the thread that made it; all can use it.</summary>
    private static Socket NewSocketIn(string name)
    {
        Socket? made = null;
        Exception? failed = null;
        Thread inside = new(() =>
        {
            try
            {
                using SafeFileHandle network = File.OpenHandle(Path.Combine(Folder, name));
                if (SetNamespace(network.DangerousGetHandle().ToInt32(), NewNetwork) != 0)
                {
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
                }
                made = NewSocket();
            }
            catch (Exception error) when (error is IOException or Win32Exception or SocketException)
            {
                failed = error;
            }
        });
        inside.Start();
        inside.Join();
        return made ?? throw new IOException($"No socket in '{name}'.", failed);
    }

    private static void TryIp(params string[] words)
    {
        try
        {
            Ip(words);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            // It was never there, or belongs to somebody else.
            return;
        }
    }

    private static void Ip(params string[] words)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", words)
        {
            RedirectStandardError = true, UseShellExecute = false,
        })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', words)}: {error}");
        }
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNamespace(int descriptor, int kind);
}
