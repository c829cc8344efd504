using System.Globalization;
using System.Text.Json;

namespace Granary.Gateway.Tests;

/// <summary>Reads server-sent events.</summary>
internal sealed class EventReader(HttpResponseMessage response, StreamReader lines) : IAsyncDisposable
{
    public static async Task<EventReader> OpenAsync(Node node, string path, string lastId = "")
    {
        HttpResponseMessage response = lastId.Length > 0
            ? await node.SendAsync("GET", path, null, ("Last-Event-ID", lastId))
            : await node.SendAsync("GET", path);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public ValueTask DisposeAsync()
    {
        lines.Dispose();
        response.Dispose();
        return ValueTask.CompletedTask;
    }

    public async Task<string?> LineAsync() => await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>The next event of a name.</summary>
    public async Task<SentEvent> NextAsync(string name)
    {
        ulong id = 0;
        string kind = "";
        while (await LineAsync() is { } line)
        {
            string[] parts = line.Split(": ", 2);
            switch (parts[0])
            {
                case "id":
                    id = ulong.Parse(parts[1], CultureInfo.InvariantCulture);
                    break;
                case "event":
                    kind = parts[1];
                    break;
                case "data" when kind == name:
                    return new SentEvent(id, JsonDocument.Parse(parts[1]).RootElement);
            }
        }
        throw new InvalidOperationException($"The stream ended before '{name}'.");
    }
}

internal sealed record SentEvent(ulong Id, JsonElement Data)
{
    public string? Text => Data.GetProperty("content").GetProperty("text").GetString();
}
