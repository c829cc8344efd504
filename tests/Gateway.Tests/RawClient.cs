using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Granary.Gateway.Tests;

/// <summary>A client that sends whatever it likes.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly int _port;

    private RawClient(Uri node) => _port = node.Port;

    public NetworkStream Stream => _client.GetStream();

    public static async Task<RawClient> ConnectAsync(Node node, int? receiveBytes = null)
    {
        RawClient client = new(node.Uri);
        if (receiveBytes is { } bytes)
        {
            client._client.ReceiveBufferSize = bytes;
        }
        await client._client.ConnectAsync("127.0.0.1", node.Uri.Port);
        return client;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>The lines are joined and ended; {host} is the right Host header.</summary>
    public Task SendAsync(params string[] lines) => SendTextAsync(string.Join("\r\n", lines) + "\r\n\r\n");

    public async Task SendTextAsync(string text) => await Stream.WriteAsync(
        Encoding.Latin1.GetBytes(text.Replace("{host}", $"Host: 127.0.0.1:{_port}", StringComparison.Ordinal)));

    /// <summary>Everything up to when the server closes, or up to the end of the body.</summary>
    public async Task<(int Status, string Text)> ReadAsync(int seconds = 20)
    {
        using CancellationTokenSource time = new(TimeSpan.FromSeconds(seconds));
        StringBuilder text = new();
        byte[] buffer = new byte[8_192];
        while (!IsWhole(text.ToString()))
        {
            int count;
            try
            {
                count = await Stream.ReadAsync(buffer, time.Token);
            }
            catch (IOException)
            {
                break;
            }
            if (count == 0)
            {
                break;
            }
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        string all = text.ToString();
        int status = all.Length > 12 ? int.Parse(all.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;
        return (status, all);
    }

    private static bool IsWhole(string text)
    {
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        const string Length = "Content-Length: ";
        int length = text.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        if (end < 0 || length < 0 || length > end)
        {
            return end >= 0 && text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal);
        }
        int start = length + Length.Length;
        int bytes = int.Parse(text.AsSpan(start, text.IndexOf('\r', start) - start), CultureInfo.InvariantCulture);
        return text.Length >= end + 4 + bytes;
    }
}
