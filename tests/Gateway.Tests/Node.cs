using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Gateway.Tests;

/// <summary>A real node on a free port of this machine, over a real host in memory.</summary>
internal sealed class Node : IAsyncDisposable
{
    public const string Counter = """
        on add
            get n "n"
            if ok == 1 goto have
            set n "0"
        have:
            int n n
            int d payload
            add n d
            text n n
            put "n" n
            reply n
        on say
            print payload
        on emit
            emit "topic" payload
        on wait
            int d payload
            sleep d
            reply "done"
        on trap
            div n 0
        on loud
            set n 0
        more:
            print payload
            add n 1
            if n < 100 goto more
        """;

    private Node(EmbeddedHost host, GatewayApp app)
    {
        Host = host;
        App = app;
        Uri = new Uri(app.Addresses[0]);
        // A response that is not read to its end is closed at once.
        Http = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })
        {
            BaseAddress = Uri, Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public EmbeddedHost Host { get; }

    public GatewayApp App { get; }

    public Uri Uri { get; }

    public HttpClient Http { get; }

    public static async Task<Node> StartAsync(
        Func<GatewayOptions, GatewayOptions>? change = null, KernelLimits? limits = null)
    {
        EmbeddedHost host = await EmbeddedHost.OpenAsync(new MemoryStore(), BuiltInEngines.All, new EmbeddedOptions
        {
            EventHistoryMax = 1_000, Limits = limits ?? KernelLimits.Default,
        });
        GatewayOptions options = new() { Urls = ["http://127.0.0.1:0"] };
        GatewayApp app = GatewayApp.Create(host, change?.Invoke(options) ?? options);
        await app.StartAsync();
        return new Node(host, app);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.DisposeAsync();
        await Host.DisposeAsync();
    }

    public static byte[] Compile(string source)
    {
        (IVmEngine _, IVmLanguage language) = BuiltInEngines.All.FindLanguage(".gscript")!.Value;
        return language.Compile(source, VmLimits.Default).ToArray();
    }

    public Task DeployAsync(string id, string source = Counter) => Host.DeployAsync(new DeployRequest
    {
        Id = KernelId.Parse(id), Engine = new EngineId("script", 1), Code = Compile(source),
    });

    /// <summary>Sends messages that trap, and waits until they are dead letters.</summary>
    public async Task BuryAsync(string id, int count)
    {
        KernelId kernel = KernelId.Parse(id);
        for (int i = 0; i < count; i++)
        {
            byte[] payload = [(byte)('a' + i)];
            await Host.SendAsync(new MessageRequest { To = kernel, Entry = "trap", Payload = payload });
        }
        while ((await Host.ListDeadLettersAsync(kernel)).Count < count)
        {
            await Task.Delay(10);
        }
    }

    public static HttpContent Bytes(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public static HttpContent Bytes(byte[] bytes)
    {
        ByteArrayContent content = new(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }

    public static HttpContent Json(string json) => new StringContent(json, Encoding.UTF8, "application/json");

    /// <summary>Sends, checks the status and that a refusal is a problem document, and returns the JSON.</summary>
    public async Task<JsonElement> AskAsync(
        string method, string path, int status, HttpContent? content = null,
        params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = await SendAsync(method, path, content, headers);
        return await ReadAsync(response, status);
    }

    public async Task<HttpResponseMessage> SendAsync(
        string method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = content };
        foreach ((string name, string value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        }
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response, int status)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}, not {status}: {text}");
        if (status >= 400)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
        if (text.Length == 0 || response.Content.Headers.ContentType?.MediaType is not ("application/json"
            or "application/problem+json"))
        {
            return default;
        }
        JsonElement json = JsonDocument.Parse(text).RootElement;
        if (status >= 400)
        {
            CheckProblem(json, status);
        }
        return json;
    }

    private static void CheckProblem(JsonElement problem, int status)
    {
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        string code = problem.GetProperty("code").GetString()!;
        Assert.Equal($"urn:granary:{code}", problem.GetProperty("type").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        string text = problem.GetRawText();
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
    }
}
