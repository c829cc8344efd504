using System.Buffers;
using System.Text;

namespace Granary.Client;

/// <summary>Reads server-sent events (WHATWG HTML, 9.2.6) within bounds of size and silence.</summary>
internal sealed class SseReader(Stream input, int bytesMax, TimeSpan silenceMax)
{
    private readonly ArrayBufferWriter<byte> _data = new();
    private byte[] _buffer = new byte[16 << 10];
    private int _start;
    private int _end;
    private bool _isFirstLine = true;
    private bool _skipsLineFeed;

    /// <summary>The id of the last event, or of a message that was nothing but an id.</summary>
    public string LastId { get; private set; } = "";

    /// <summary>The next event; null when the stream has ended. An event that was cut short is none.</summary>
    /// <exception cref="TimeoutException">Nothing came for too long.</exception>
    public async Task<SseMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        _data.Clear();
        bool hasData = false;
        string id = LastId;
        while (await ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0)
            {
                LastId = id;
                if (hasData)
                {
                    return new SseMessage(id, _data.WrittenMemory.ToArray());
                }
                continue;
            }
            int colon = line.Span.IndexOf((byte)':');
            ReadOnlySpan<byte> name = colon < 0 ? line.Span : line.Span[..colon];
            ReadOnlySpan<byte> value = colon < 0 ? [] : line.Span[(colon + 1)..];
            value = value.StartsWith(" "u8) ? value[1..] : value;
            if (name.SequenceEqual("data"u8))
            {
                AddData(value, hasData);
                hasData = true;
            }
            else if (name.SequenceEqual("id"u8) && !value.Contains((byte)0))
            {
                id = Encoding.UTF8.GetString(value[..Math.Min(value.Length, 64)]);
            }
        }
        return null;
    }

    private void AddData(ReadOnlySpan<byte> value, bool isMore)
    {
        if (_data.WrittenCount + value.Length > bytesMax)
        {
            throw NodeErrors.TooLong(bytesMax);
        }
        if (isMore)
        {
            _data.Write("\n"u8);
        }
        _data.Write(value);
    }

    // A line without its end (LF, CR or both); null at the end of the stream.
    private async Task<ReadOnlyMemory<byte>?> ReadLineAsync(CancellationToken cancellationToken)
    {
        int scanned = _start;
        while (true)
        {
            if (_skipsLineFeed && _start < _end)
            {
                _skipsLineFeed = false;
                _start += _buffer[_start] == (byte)'\n' ? 1 : 0;
                scanned = _start;
            }
            int at = _buffer.AsSpan(scanned, _end - scanned).IndexOfAny((byte)'\n', (byte)'\r');
            if (at >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, scanned + at - _start);
                _skipsLineFeed = _buffer[scanned + at] == (byte)'\r';
                _start = scanned + at + 1;
                return WithoutMark(line);
            }
            int kept = _end - _start;
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }
            scanned = _start + kept;
        }
    }

    private ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> line)
    {
        bool hasMark = _isFirstLine && line.Span.StartsWith("\uFEFF"u8);
        _isFirstLine = false;
        return hasMark ? line[3..] : line;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
        {
            if (_buffer.Length > bytesMax)
            {
                throw NodeErrors.TooLong(bytesMax);
            }
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(silenceMax);
        try
        {
            int count = await input.ReadAsync(_buffer.AsMemory(_end), silence.Token).ConfigureAwait(false);
            _end += count;
            return count > 0;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No event came for {silenceMax}.");
        }
    }
}
