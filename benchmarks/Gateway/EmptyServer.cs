using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;
using Granary.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Granary.Benchmarks;

/// <summary>
/// The least that a server can do on the same Kestrel with the same settings: it reads the body, answers as many bytes
/// as the gateway, and sends to its event streams bytes that were made before.
/// </summary>
internal sealed class EmptyServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Channel<byte[]>, bool> _streams = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly byte[] _answer;
    private readonly byte[] _event;
    private readonly WebApplication _app;

    /// <param name="told">What each stream gets for each call.</param>
    private EmptyServer(byte[] answer, byte[] told)
    {
        (_answer, _event) = (answer, told);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => GatewayKestrel.Configure(
            kestrel, GatewayNode.Options, [.. GatewayNode.Options.Urls.Select(ListenAddress.Parse)],
            certificate: null, core: null));
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.UseRouting();
        _app.UseEndpoints(_ => { });
        _app.MapPost("/v1/kernels/{id}/calls", new RequestDelegate(AnswerAsync));
        _app.MapGet("/v1/events", new RequestDelegate(StreamAsync));
    }

    public Uri Uri => new(_app.Urls.First());

    public int EventStreams => _streams.Count;

    public static async Task<EmptyServer> StartAsync(byte[] answer, byte[] told)
    {
        EmptyServer server = new(answer, told);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        PipeReader body = context.Request.BodyReader;
        ReadResult read = await body.ReadAsync(context.RequestAborted);
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.End);
            read = await body.ReadAsync(context.RequestAborted);
        }
        body.AdvanceTo(read.Buffer.End);
        foreach (Channel<byte[]> stream in _streams.Keys)
        {
            stream.Writer.TryWrite(_event);
        }
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync(_answer, context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context)
    {
        Channel<byte[]> events = Channel.CreateUnbounded<byte[]>(
            new UnboundedChannelOptions { SingleReader = true });
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, _stopping.Token);
        _streams.TryAdd(events, true);
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            PipeWriter output = context.Response.BodyWriter;
            await output.WriteAsync(EventSockets.Beginning.ToArray(), over.Token);
            while (await events.Reader.WaitToReadAsync(over.Token))
            {
                while (events.Reader.TryRead(out byte[]? told))
                {
                    await output.WriteAsync(told, over.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The reader went, or the server stops: a stream has no other end.
        }
        finally
        {
            _streams.TryRemove(events, out _);
        }
    }
}
