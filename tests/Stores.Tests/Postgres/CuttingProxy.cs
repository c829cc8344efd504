using System.Net;
using System.Net.Sockets;

namespace Granary.Stores.Tests;

/// <summary>
/// Stands between a store and its server and cuts connections: before some of what the client sends reaches the server,
/// or before the answer reaches the client, who then does not know what was done.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly int _serverPort;
    private readonly Random _random;
    private readonly int _oneIn;
    private readonly Lock _gate = new();
    private readonly Task _accepting;

    /// <param name="oneIn">How many pieces pass for each that is cut off, on average.</param>
    public CuttingProxy(int serverPort, int seed, int oneIn)
    {
        (_serverPort, _random, _oneIn) = (serverPort, new Random(seed), oneIn);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>False: everything passes.</summary>
    public bool Cuts { get; set; }

    public int AnswersCut { get; private set; }

    public int RequestsCut { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> pairs = [];
        while (true)
        {
            try
            {
                pairs.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_closing.Token)));
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(pairs);
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient server = new();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _serverPort, _closing.Token);
                Task up = PumpAsync(client.GetStream(), server.GetStream(), isAnswer: false);
                Task down = PumpAsync(server.GetStream(), client.GetStream(), isAnswer: true);
                await Task.WhenAny(up, down);
                client.Close();
                server.Close();
                await Task.WhenAll(up, down);
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException
                or ObjectDisposedException)
            {
                // Both ends go.
                client.Close();
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool isAnswer)
    {
        byte[] buffer = new byte[16 << 10];
        while (await from.ReadAsync(buffer, _closing.Token) is int count and > 0)
        {
            lock (_gate)
            {
                if (Cuts && _random.Next(_oneIn) == 0)
                {
                    (AnswersCut, RequestsCut) = isAnswer
                        ? (AnswersCut + 1, RequestsCut) : (AnswersCut, RequestsCut + 1);
                    return;
                }
            }
            await to.WriteAsync(buffer.AsMemory(0, count), _closing.Token);
        }
    }
}
