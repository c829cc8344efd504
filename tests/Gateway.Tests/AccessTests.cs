using System.Text.Json;
using Granary.Kernels;

namespace Granary.Gateway.Tests;

/// <summary>Who may do what.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task Each_operation_takes_its_role_and_those_above_and_no_other()
    {
        using TempFolder folder = new();
        ApiTokens tokens = ApiTokens.Open(folder.Path);
        Dictionary<ApiRole, string> texts = new()
        {
            [ApiRole.Viewer] = tokens.Create("v", ApiRole.Viewer),
            [ApiRole.Operator] = tokens.Create("o", ApiRole.Operator),
            [ApiRole.Deployer] = tokens.Create("d", ApiRole.Deployer),
            [ApiRole.Admin] = tokens.Create("a", ApiRole.Admin),
        };
        await using Node node = await Node.StartAsync(o => o with { Tokens = tokens, Metrics = () => "" });
        Ready ready = await Samples.PrepareAsync(node, Bearer(texts[ApiRole.Admin]));
        JsonElement document = await node.AskAsync("GET", "/openapi/v1.json", 200);
        foreach (DescribedOperation operation in DescribedOperation.ReadAll(document))
        {
            Sample sample = Samples.ById[operation.Id];
            ApiRole needed = operation.Role is { } word ? Enum.Parse<ApiRole>(word, ignoreCase: true) : ApiRole.None;
            using HttpResponseMessage without = await node.SendAsync(
                operation.Method, sample.Path, sample.Body?.Invoke(ready));
            if (needed == ApiRole.None)
            {
                Assert.True(without.IsSuccessStatusCode, operation.Id);
                continue;
            }
            await Node.ReadAsync(without, 401);
            Assert.Contains("Bearer", without.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            foreach ((ApiRole role, string text) in texts)
            {
                using HttpResponseMessage response = await node.SendAsync(
                    operation.Method, sample.Path, sample.Body?.Invoke(ready), Bearer(text));
                if (role < needed)
                {
                    JsonElement problem = await Node.ReadAsync(response, 403);
                    Assert.Contains(
                        $"'{operation.Role}'", problem.GetProperty("title").GetString(), StringComparison.Ordinal);
                }
                else
                {
                    // Done twice, some are refused for what they found; never for who asks.
                    Assert.True(
                        (int)response.StatusCode is not (401 or 403),
                        $"{operation.Id} as {role}: {response.StatusCode}");
                }
            }
        }
    }

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer ")]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer granary_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer granary__")]
    public async Task Wrong_tokens_are_unauthorized(string header)
    {
        using TempFolder folder = new();
        ApiTokens tokens = ApiTokens.Open(folder.Path);
        tokens.Create("a", ApiRole.Admin);
        await using Node node = await Node.StartAsync(o => o with { Tokens = tokens });
        JsonElement problem = await node.AskAsync("GET", "/v1/kernels", 401, null, ("Authorization", header));
        Assert.Equal("unauthorized", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_token_made_or_revoked_by_another_process_counts_within_a_second()
    {
        using TempFolder folder = new();
        await using Node node = await Node.StartAsync(o => o with { Tokens = ApiTokens.Open(folder.Path) });
        await node.AskAsync("GET", "/v1/kernels", 200);
        ApiTokens other = ApiTokens.Open(folder.Path);
        string text = other.Create("a", ApiRole.Viewer);
        await UntilStatusAsync(node, 401);
        await node.AskAsync("GET", "/v1/kernels", 200, null, Bearer(text));
        other.Create("b", ApiRole.Viewer);
        Assert.True(other.Revoke(other.List().Single(t => t.Name == "a").Id));
        await UntilStatusAsync(node, 401, Bearer(text));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, ApiTokens.FileName), "{ broken");
        await UntilStatusAsync(node, 503);
        KernelHostException error = Assert.Throws<KernelHostException>(() => ApiTokens.Open(folder.Path));
        Assert.Contains(ApiTokens.FileName, error.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_are_kept_hashed_and_for_their_owner_only()
    {
        using TempFolder folder = new();
        ApiTokens tokens = ApiTokens.Open(folder.Path);
        string text = tokens.Create("build server", ApiRole.Deployer);
        Assert.Matches("^granary_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$", text);
        string path = Path.Combine(folder.Path, ApiTokens.FileName);
        Assert.DoesNotContain(text.Split('_', 3)[2], File.ReadAllText(path), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
        ApiToken listed = Assert.Single(ApiTokens.Open(folder.Path).List());
        Assert.Equal(("build server", ApiRole.Deployer), (listed.Name, listed.Role));
        Assert.False(tokens.Revoke("other"));
        Assert.Throws<KernelHostException>(() => tokens.Create("", ApiRole.Viewer));
        Assert.Throws<KernelHostException>(() => tokens.Create("x", ApiRole.None));
    }

    [Fact]
    public async Task Tokens_made_at_once_are_all_there()
    {
        using TempFolder folder = new();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => ApiTokens.Open(folder.Path).Create($"t{i}", ApiRole.Viewer))));
        Assert.Equal(8, ApiTokens.Open(folder.Path).List().Count);
    }

    [Theory]
    [InlineData("evil.example", null, 403)]
    [InlineData("127.0.0.1", null, 403)]
    [InlineData("127.0.0.1:1", null, 403)]
    [InlineData("127.0.0.1.evil.example:{port}", null, 403)]
    [InlineData("localhost:{port}", null, 200)]
    [InlineData("[::1]:{port}", null, 200)]
    [InlineData("localhost:{port}", "http://localhost:{port}", 200)]
    [InlineData("localhost:{port}", "http://evil.example", 403)]
    [InlineData("localhost:{port}", "https://localhost:{port}", 403)]
    [InlineData("localhost:{port}", "null", 403)]
    public async Task On_loopback_only_this_machines_own_names_are_answered(string host, string? origin, int status)
    {
        await using Node node = await Node.StartAsync();
        string port = $"{node.Uri.Port}";
        List<(string, string)> headers = [("Host", host.Replace("{port}", port, StringComparison.Ordinal))];
        if (origin is not null)
        {
            headers.Add(("Origin", origin.Replace("{port}", port, StringComparison.Ordinal)));
        }
        await node.AskAsync("GET", "/v1/kernels", status, null, [.. headers]);
        await node.AskAsync("GET", "/health/live", status, null, [.. headers]);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", "https")]
    [InlineData("https://0.0.0.0:0", "certificate")]
    [InlineData("http://example.org:80", "IP address")]
    [InlineData("ftp://127.0.0.1", "http://")]
    [InlineData("http://127.0.0.1:0/path", "http://")]
    [InlineData("nonsense", "http://")]
    public async Task Unsafe_addresses_are_refused_at_the_start(string url, string advice)
    {
        await using Node node = await Node.StartAsync();
        KernelHostException error = Assert.Throws<KernelHostException>(
            () => GatewayApp.Create(node.Host, new GatewayOptions { Urls = [url] }));
        Assert.Contains(advice, error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_come_in_with_a_certificate_and_a_token()
    {
        using TempFolder folder = new();
        string pem = Certificates.WritePem(folder.Path);
        string pfx = Certificates.WritePfx(folder.Path, "secret");
        GatewayOptions options = new()
        {
            Urls = ["https://0.0.0.0:0"], CertificatePath = pem, Tokens = ApiTokens.Open(folder.Path),
        };
        await using Node node = await Node.StartAsync();
        KernelHostException error = Assert.Throws<KernelHostException>(() => GatewayApp.Create(node.Host, options));
        Assert.Contains("token", error.Advice, StringComparison.Ordinal);
        string text = options.Tokens.Create("a", ApiRole.Viewer);
        foreach (GatewayOptions one in new[]
        {
            options, options with { CertificatePath = pfx, CertificatePassword = "secret" },
        })
        {
            await using GatewayApp app = GatewayApp.Create(node.Host, one);
            await app.StartAsync();
            using HttpClient http = new(new HttpClientHandler
            {
                ServerCertificateCustomValidationCallback =
                    HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
            });
            Uri uri = new($"https://127.0.0.1:{new Uri(app.Addresses[0]).Port}/v1/kernels");
            using HttpResponseMessage denied = await http.GetAsync(uri);
            await Node.ReadAsync(denied, 401);
            http.DefaultRequestHeaders.Add("Authorization", $"Bearer {text}");
            using HttpResponseMessage granted = await http.GetAsync(uri);
            await Node.ReadAsync(granted, 200);
        }
        // The last token going away must not open the door.
        options.Tokens.Revoke(options.Tokens.List()[0].Id);
        Assert.Throws<KernelHostException>(() => GatewayApp.Create(node.Host, options));
        error = Assert.Throws<KernelHostException>(() => GatewayApp.Create(node.Host, new GatewayOptions
        {
            Urls = ["https://127.0.0.1:0"], CertificatePath = Path.Combine(folder.Path, "none.pem"),
        }));
        Assert.Contains("none.pem", error.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_said()
    {
        await using Node node = await Node.StartAsync();
        await using GatewayApp second = GatewayApp.Create(node.Host, new GatewayOptions
        {
            Urls = [$"http://127.0.0.1:{node.Uri.Port}"],
        });
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(() => second.StartAsync());
        Assert.Contains($"{node.Uri.Port}", error.What, StringComparison.Ordinal);
    }

    private static (string, string) Bearer(string text) => ("Authorization", $"Bearer {text}");

    private static async Task UntilStatusAsync(Node node, int status, params (string, string)[] headers)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(10);
        int last = 0;
        while (last != status)
        {
            Assert.True(DateTime.UtcNow < end, $"It stays {last}, not {status}.");
            await Task.Delay(50);
            using HttpResponseMessage response = await node.SendAsync("GET", "/v1/kernels", null, headers);
            last = (int)response.StatusCode;
        }
    }
}
