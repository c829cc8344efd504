using System.Buffers;
using System.IO.Pipelines;
using Granary.Kernels;

namespace Granary.Gateway;

/// <summary>Writes server-sent events. Those that come together go out together.</summary>
/// <exception cref="TimeoutException">Flushing took longer than <paramref name="stalled"/>.</exception>
internal sealed class EventWriter(PipeWriter output, EventTexts texts, TimeSpan stalled, TimeProvider clock)
{
    private const int FlushBytes = 16 << 10;

    /// <summary>
    /// All streams together flush 20,000 times a second at most, which is about a fifth of a core; otherwise a thousand
    /// that are told of each call would leave the calls no time.
    /// </summary>
    private const long MicrosecondsPerStream = 50;

    /// <summary>Timers are no finer, and a pause below two of them saves less than its timer costs.</summary>
    private const long PauseMillisecondsMin = 2;

    private long _unflushed;
    private long? _flushedAt;

    public void Begin() => Write("retry: 1000\n\n"u8);

    public void Heartbeat() => Write(":\n\n"u8);

    public void Write(KernelEvent e) => Write(texts.Of(e).Span);

    public ValueTask FlushWhenFullAsync(CancellationToken cancellationToken) =>
        _unflushed < FlushBytes ? ValueTask.CompletedTask : FlushAsync(cancellationToken);

    /// <summary>How long to gather before a flush while so many streams are open: none after a quiet time.</summary>
    public TimeSpan PauseBeforeFlush(int streams)
    {
        TimeSpan between = TimeSpan.FromMicroseconds(streams * MicrosecondsPerStream);
        bool isShort = between < TimeSpan.FromMilliseconds(PauseMillisecondsMin);
        if (_unflushed == 0 || isShort || _flushedAt is not { } last)
        {
            return TimeSpan.Zero;
        }
        TimeSpan left = between - clock.GetElapsedTime(last);
        return left < TimeSpan.FromMilliseconds(1) ? TimeSpan.Zero : left;
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_unflushed > 0)
        {
            _unflushed = 0;
            _flushedAt = clock.GetTimestamp();
            ValueTask<FlushResult> flush = output.FlushAsync(cancellationToken);
            if (!flush.IsCompleted)
            {
                await flush.AsTask().WaitAsync(stalled, clock, cancellationToken);
            }
            else
            {
                await flush;
            }
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        _unflushed += bytes.Length;
    }
}
