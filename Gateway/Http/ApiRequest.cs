using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Granary.Kernels;
using Microsoft.AspNetCore.Http;

namespace Granary.Gateway;

/// <summary>One request: its parameters and body, checked, and ways to answer it.</summary>
internal sealed class ApiRequest(
    HttpContext context, GatewayCore core, Operation operation, CancellationToken cancellationToken) : IDisposable
{
    private long _bufferedBytes;

    public HttpContext Context => context;

    public GatewayCore Core => core;

    public IKernelHost Host => core.Host;

    public GatewayOptions Options => core.Options;

    public HttpResponse Response => context.Response;

    /// <summary>Cancelled when the client is gone or the time is over.</summary>
    public CancellationToken CancellationToken => cancellationToken;

    public QueryReader Query { get; } = new(context.Request.Query);

    /// <summary>The kernel in the path.</summary>
    public KernelId Kernel => QueryReader.ParseId("id", PathText("id"));

    public string PathText(string name) => (string)context.Request.RouteValues[name]!;

    public void Dispose() => core.BufferedBytes.Release(_bufferedBytes);

    /// <summary>The body as a whole.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadBodyAsync()
    {
        OperationBody body = operation.Body!;
        PipeReader reader = context.Request.BodyReader;
        ArrayBufferWriter<byte>? gathered = null;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> fresh = read.Buffer;
            Buffer(fresh.Length);
            if (_bufferedBytes > body.BytesMax)
            {
                throw Problems.TooLarge(body.What, body.BytesMax);
            }
            if (read.IsCompleted && gathered is null)
            {
                byte[] whole = fresh.ToArray();
                reader.AdvanceTo(fresh.End);
                return whole;
            }
            gathered ??= new ArrayBufferWriter<byte>();
            foreach (ReadOnlyMemory<byte> part in fresh)
            {
                gathered.Write(part.Span);
            }
            reader.AdvanceTo(fresh.End);
            if (read.IsCompleted)
            {
                return gathered.WrittenSpan.ToArray();
            }
        }
    }

    public async Task<T> ReadJsonAsync<T>(JsonTypeInfo<T> type)
        where T : class
    {
        ReadOnlyMemory<byte> body = await ReadBodyAsync();
        try
        {
            return JsonSerializer.Deserialize(body.Span, type)
                ?? throw Problems.BadRequest("The body is null.", "Send an object.");
        }
        catch (JsonException error)
        {
            string where = error.Path is { Length: > 0 } path ? $" at '{path}'" : "";
            string line = error.LineNumber is { } number
                ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $", line {number + 1}")
                : "";
            throw Problems.BadRequest(
                $"The body is not the JSON that this takes{where}{line}.",
                $"Send {operation.Body!.What} as /openapi/v1.json describes it, and no other members.");
        }
    }

    /// <summary>What a JSON body must have.</summary>
    public static T Need<T>(T? value, string member)
        where T : class => value ?? throw Problems.BadRequest($"The body has no '{member}'.", $"Give '{member}'.");

    public async Task WriteAsync<T>(int status, T value, JsonTypeInfo<T> type)
    {
        Response.StatusCode = status;
        Response.ContentType = Operation.Json;
        await JsonSerializer.SerializeAsync(Response.BodyWriter, value, type, cancellationToken);
    }

    private void Buffer(long bytes)
    {
        if (!core.BufferedBytes.TryTake(bytes))
        {
            throw Problems.Busy("The node holds as many bodies as it takes at a time.");
        }
        _bufferedBytes += bytes;
    }
}
