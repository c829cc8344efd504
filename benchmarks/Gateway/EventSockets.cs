using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Granary.Benchmarks;

/// <summary>
/// Readers of event streams that cost next to nothing: bare sockets, read only when asked, so that a figure is the
/// server's.
/// </summary>
internal sealed class EventSockets : IDisposable
{
    private const int ReceiveMilliseconds = 30_000;

    private readonly List<Socket> _sockets = [];
    private readonly byte[] _buffer = new byte[64 << 10];

    public static ReadOnlySpan<byte> Beginning => "retry: 1000\n\n"u8;

    /// <summary>One of these comes for each call.</summary>
    private static ReadOnlySpan<byte> Ended => "\nevent: ended\n"u8;

    public static EventSockets Open(Uri server, int count)
    {
        EventSockets sockets = new();
        // HTTP/1.0 has no chunks, so that the bytes are the events.
        byte[] request = Encoding.ASCII.GetBytes($"GET /v1/events HTTP/1.0\r\nHost: {server.Authority}\r\n\r\n");
        for (int i = 0; i < count; i++)
        {
            Socket socket = Connect(server.Port);
            sockets._sockets.Add(socket);
            socket.Send(request);
            List<byte> head = [];
            while (!head.ToArray().AsSpan().EndsWith(Beginning))
            {
                head.AddRange(sockets.Receive(socket));
            }
        }
        return sockets;
    }

    /// <summary>As many sockets, and as many ends that nobody serves: what the readers alone cost.</summary>
    public static (EventSockets Readers, EventSockets Ends) OpenUnserved(int count)
    {
        EventSockets readers = new();
        EventSockets ends = new();
        using Socket listener = new(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        for (int i = 0; i < count; i++)
        {
            readers._sockets.Add(Connect(((IPEndPoint)listener.LocalEndPoint!).Port));
            ends._sockets.Add(listener.Accept());
        }
        return (readers, ends);
    }

    /// <summary>What the first stream was sent for one call.</summary>
    public byte[] ReadOne()
    {
        List<byte> bytes = [];
        int place = 0;
        while (true)
        {
            byte[] fresh = Receive(_sockets[0]).ToArray();
            bytes.AddRange(fresh);
            if (Count(fresh, ref place) > 0)
            {
                // The rest of what came with it: the event ends with an empty line.
                while (!bytes.ToArray().AsSpan().EndsWith("\n\n"u8))
                {
                    bytes.AddRange(Receive(_sockets[0]));
                }
                return [.. bytes];
            }
        }
    }

    /// <summary>Reads until each stream has told of so many calls.</summary>
    public void ReadAll(int calls)
    {
        foreach (Socket socket in _sockets)
        {
            int seen = 0;
            int place = 0;
            while (seen < calls)
            {
                seen += Count(Receive(socket), ref place);
            }
            BenchmarkRun.Check(seen, calls, "the count of calls that a stream told of");
        }
    }

    public void Dispose() => _sockets.ForEach(s => s.Dispose());

    private static Socket Connect(int port)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = ReceiveMilliseconds };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private Span<byte> Receive(Socket socket)
    {
        int count = socket.Receive(_buffer);
        BenchmarkRun.Check(count > 0, true, "that an event stream is open");
        return _buffer.AsSpan(0, count);
    }

    /// <param name="place">How much of the mark the bytes before ended with. Its first byte comes only once more in
    /// it, as its last.</param>
    private static int Count(ReadOnlySpan<byte> bytes, ref int place)
    {
        int found = 0;
        foreach (byte b in bytes)
        {
            place = b == Ended[place] ? place + 1 : b == Ended[0] ? 1 : 0;
            if (place == Ended.Length)
            {
                found++;
                place = 1;
            }
        }
        return found;
    }
}
