using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <summary>A stream of events that is opened again, behind the last event, whenever it breaks.</summary>
internal sealed class EventFeed(NodeChannel channel, KernelId? id, ulong? after)
{
    private ulong? _after = after;
    private Task<HttpResponseMessage> _opened = null!;
    private SseReader? _reader;

    /// <summary>
    /// Opens the stream. The task that is given never fails: errors come with the first event asked for.
    /// </summary>
    public Task OpenAsync(CancellationToken cancellationToken)
    {
        _opened = SendAsync(RetryRule.Safe, cancellationToken);
        // Whoever never reads what they asked for must not hold the connection.
        CancellationTokenRegistration end = cancellationToken.Register(DisposeOpened);
        return _opened.ContinueWith(
            t =>
            {
                _ = t.Exception;
                if (!t.IsCompletedSuccessfully)
                {
                    end.Dispose();
                }
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public async IAsyncEnumerable<KernelEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, channel.Closing);
        RetrySchedule schedule = new(channel.Options, channel.NodeCount) { IsPatient = true };
        HttpResponseMessage? response =
            await UnlessClosingAsync(_opened.WaitAsync(cancellationToken)).ConfigureAwait(false);
        if (response is null)
        {
            yield break;
        }
        try
        {
            while (true)
            {
                KernelEvent? happened =
                    await NextAsync(response, either.Token, cancellationToken).ConfigureAwait(false);
                if (happened is not null)
                {
                    schedule.Reset();
                    yield return happened;
                    continue;
                }
                if (channel.Closing.IsCancellationRequested)
                {
                    yield break;
                }
                response.Dispose();
                bool mayHaveMissed = _after is null;
                response = await UnlessClosingAsync(AgainAsync(schedule, cancellationToken)).ConfigureAwait(false);
                if (response is null)
                {
                    yield break;
                }
                _reader = null;
                if (mayHaveMissed)
                {
                    // There is no event yet to go on behind: what happened meanwhile is gone, and nobody knows how
                    // much.
                    yield return new KernelEvent(
                        id ?? KernelId.Client, KernelEventKind.Dropped,
                        DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), "", default, KernelStatus.Idle);
                }
            }
        }
        finally
        {
            response?.Dispose();
        }
    }

    // Null when the client was disposed of meanwhile: that ends a stream, wherever it is, and is no error of it.
    private async Task<HttpResponseMessage?> UnlessClosingAsync(Task<HttpResponseMessage> opening)
    {
        try
        {
            return await opening.ConfigureAwait(false);
        }
        catch (KernelHostException) when (channel.Closing.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage> AgainAsync(RetrySchedule schedule, CancellationToken cancellationToken)
    {
        await schedule.TryWaitAsync(KernelHostError.Unreachable, null, isLater: false, cancellationToken)
            .ConfigureAwait(false);
        return await SendAsync(RetryRule.UntilAnswered, cancellationToken).ConfigureAwait(false);
    }

    // Null when the stream has ended or broken.
    private async Task<KernelEvent?> NextAsync(
        HttpResponseMessage response, CancellationToken either, CancellationToken callers)
    {
        SseMessage? message;
        try
        {
            _reader ??= await NewReaderAsync(response, either).ConfigureAwait(false);
            message = await _reader.ReadAsync(either).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException
            && callers.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, callers);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException
            or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            if (ulong.TryParse(_reader?.LastId, NumberStyles.None, NumberFormatInfo.InvariantInfo, out ulong last))
            {
                _after = last;
            }
        }
        return message is null ? null : Read(message);
    }

    private static KernelEvent Read(SseMessage message)
    {
        if (!ulong.TryParse(message.Id, NumberStyles.None, NumberFormatInfo.InvariantInfo, out ulong eventId))
        {
            throw NodeErrors.Bad("an event has no id");
        }
        try
        {
            return FromApi.Event(JsonSerializer.Deserialize(message.Data.Span, ApiJson.Default.ApiEvent), eventId);
        }
        catch (JsonException e)
        {
            throw NodeErrors.Bad($"an event cannot be read ({e.Message})");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(RetryRule retry, CancellationToken cancellationToken)
    {
        List<string> query = [];
        if (id is { } kernel)
        {
            query.Add("kernel=" + kernel.Value);
        }
        if (_after is { } last)
        {
            query.Add(string.Create(NumberFormatInfo.InvariantInfo, $"after={last}"));
        }
        string path = "v1/events" + (query.Count == 0 ? "" : "?" + string.Join('&', query));
        NodeRequest request = new(HttpMethod.Get, path, "watching events")
        {
            Accept = "text/event-stream", Retry = retry, IsStreamed = true, Timeout = channel.Options.RequestTimeout,
        };
        return (await channel.SendAsync(
            request,
            (response, _) => response.Content.Headers.ContentType is { MediaType: "text/event-stream" }
                ? Task.FromResult<HttpResponseMessage?>(response)
                : throw NodeErrors.WrongType(request, response.Content.Headers.ContentType),
            cancellationToken).ConfigureAwait(false))!;
    }

    private async Task<SseReader> NewReaderAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new SseReader(body, channel.Options.EventBytesMax, channel.Options.EventIdleTimeout);
    }

    private void DisposeOpened()
    {
        if (_opened.IsCompletedSuccessfully)
        {
            _opened.Result.Dispose();
        }
    }
}
