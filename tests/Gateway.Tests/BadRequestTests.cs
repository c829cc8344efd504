using System.Text.Json;
using Granary.Kernels;

namespace Granary.Gateway.Tests;

/// <summary>Requests that are not right, and what they are told.</summary>
public sealed class BadRequestTests
{
    [Theory]
    [InlineData("GET", "/v1/kernels?limit=0", "limit")]
    [InlineData("GET", "/v1/kernels?limit=1001", "limit")]
    [InlineData("GET", "/v1/kernels?limit=-1", "limit")]
    [InlineData("GET", "/v1/kernels?limit=1&limit=2", "limit")]
    [InlineData("GET", "/v1/kernels?limit=", "limit")]
    [InlineData("GET", "/v1/kernels?after=A", "after")]
    [InlineData("GET", "/v1/kernels?nonsense=1", "nonsense")]
    [InlineData("GET", "/v1/kernels/UPPER", "id")]
    [InlineData("GET", "/v1/kernels/%20", "id")]
    [InlineData("GET", "/v1/kernels/a%2Fb", "id")]
    [InlineData("GET", "/v1/kernels/%C3%A4", "id")]
    [InlineData("GET", "/v1/kernels/a/state?prefix=1", "prefix")]
    [InlineData("GET", "/v1/kernels/a/state?prefix=xy", "prefix")]
    [InlineData("GET", "/v1/kernels/a/state?at=", "at")]
    [InlineData("GET", "/v1/kernels/a/proof", "key")]
    [InlineData("GET", "/v1/kernels/a/journal?after=x", "after")]
    [InlineData("GET", "/v1/kernels/a/journal?after=99999999999999999999", "after")]
    [InlineData("GET", "/v1/kernels/a/calls/k?timeout=301", "timeout")]
    [InlineData("GET", "/v1/kernels/a/calls/k?timeout=NaN", "timeout")]
    [InlineData("GET", "/v1/events?after=x", "after")]
    [InlineData("GET", "/v1/events?kernel=A", "kernel")]
    public async Task A_bad_parameter_is_named(string method, string path, string name)
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        JsonElement problem = await node.AskAsync(method, path, 400);
        Assert.Contains($"'{name}'", problem.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    [Theory]
    [InlineData("/v1/kernels/a/calls?gas=-1", "gas")]
    [InlineData("/v1/kernels/a/calls?gas=1.5", "gas")]
    [InlineData("/v1/kernels/a/calls?timeout=-1", "timeout")]
    [InlineData("/v1/kernels/a/calls?entry=no/name", "no/name")]
    [InlineData("/v1/kernels?engine=script@1", "id")]
    [InlineData("/v1/kernels?id=b", "engine")]
    [InlineData("/v1/kernels?id=b&engine=script", "engine")]
    [InlineData("/v1/kernels?id=b&engine=script@1&port=x", "port")]
    [InlineData("/v1/kernels?id=b&engine=script@1&port==b", "port")]
    public async Task A_bad_parameter_of_a_post_is_named(string path, string name)
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        JsonElement problem = await node.AskAsync("POST", path, 400, Node.Bytes("1"));
        Assert.Contains($"'{name}'", problem.GetProperty("title").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/v1/kernels/a/fork", "{", 400, "badRequest")]
    [InlineData("POST", "/v1/kernels/a/fork", "", 400, "badRequest")]
    [InlineData("POST", "/v1/kernels/a/fork", "null", 400, "badRequest")]
    [InlineData("POST", "/v1/kernels/a/fork", "[]", 400, "badRequest")]
    [InlineData("POST", "/v1/kernels/a/fork", "{}", 400, "badRequest")]
    [InlineData("POST", "/v1/kernels/a/fork", """{"newId":null}""", 400, "badRequest")]
    [InlineData("POST", "/v1/kernels/a/fork", """{"newId":5}""", 400, "badRequest")]
    [InlineData("POST", "/v1/kernels/a/fork", """{"newId":"A"}""", 400, "badRequest")]
    [InlineData("POST", "/v1/kernels/a/fork", """{"newId":"b","form":"x"}""", 400, "badRequest")]
    [InlineData("POST", "/v1/kernels/a/fork", """{"newId":"b","from":"x"}""", 404, "noSuchCheckpoint")]
    [InlineData("POST", "/v1/kernels/a/fork", """{"newId":"a"}""", 409, "nameTaken")]
    [InlineData("POST", "/v1/kernels/none/fork", """{"newId":"b"}""", 404, "noSuchKernel")]
    [InlineData("POST", "/v1/kernels/a/rollback", "{}", 400, "badRequest")]
    [InlineData("PUT", "/v1/kernels/a/ports/x", """{"target":"A"}""", 400, "badRequest")]
    [InlineData("PUT", "/v1/kernels/a/ports/x%20y", """{"target":"b"}""", 400, "badRequest")]
    [InlineData("PUT", "/v1/kernels/a/machine", "{}", 400, "badRequest")]
    [InlineData("PUT", "/v1/kernels/a/machine", """
        {"engine":"script@1","status":"paused","text":"","sections":{},"memories":{}}
        """, 400, "badRequest")]
    [InlineData("PUT", "/v1/kernels/a/machine", """
        {"engine":"script@1","status":"idle","text":"","sections":{"A B":""},"memories":{}}
        """, 400, "badSnapshot")]
    [InlineData("PUT", "/v1/kernels/a/machine", """
        {"engine":"script@1","status":"idle","text":"","sections":{"a":"xx"},"memories":{"a":null}}
        """, 400, "badSnapshot")]
    [InlineData("PUT", "/v1/kernels/a/machine", """
        {"engine":"script@1","status":"idle","text":"","sections":{},"memories":{}}
        """, 400, "badSnapshot")]
    public async Task A_bad_body_is_refused(string method, string path, string body, int status, string code)
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        JsonElement problem = await node.AskAsync(method, path, status, Node.Json(body));
        Assert.Equal(code, problem.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/v1", 404)]
    [InlineData("GET", "/v1/kernels/a/nonsense", 404)]
    [InlineData("GET", "/v1/kernels/none", 404)]
    [InlineData("GET", "/v1/events?kernel=none", 404)]
    [InlineData("PATCH", "/v1/kernels", 405)]
    [InlineData("GET", "/v1/verify", 405)]
    [InlineData("HEAD", "/v1/kernels", 405)]
    [InlineData("OPTIONS", "/v1/kernels", 405)]
    public async Task What_is_not_there_is_said(string method, string path, int status)
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        using HttpResponseMessage response = await node.SendAsync(method, path);
        Assert.Equal(status, (int)response.StatusCode);
        if (method != "HEAD")
        {
            await Node.ReadAsync(response, status);
        }
        Assert.Equal(status == 405, response.Content.Headers.Allow.Count > 0);
    }

    [Fact]
    public async Task Each_kind_of_refusal_has_its_status()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        byte[] code = Node.Compile(Node.Counter);
        await Expect("POST", "/v1/kernels?id=b&engine=none@1", Node.Bytes(code), 404, "noSuchEngine");
        await Expect("POST", "/v1/kernels?id=b&engine=script@1", Node.Bytes("nonsense"), 400, "invalidCode");
        await Expect("POST", "/v1/kernels?id=b&engine=script@1", Node.Bytes(""), 400, "invalidCode");
        await Expect("POST", "/v1/kernels?id=b&engine=script@1", Node.Json("{}"), 415, "unsupportedMediaType");
        await Expect("POST", "/v1/kernels/a/calls", Node.Json("{}"), 415, "unsupportedMediaType");
        await Expect("POST", "/v1/kernels/a/fork", Node.Bytes("{}"), 415, "unsupportedMediaType");
        await Expect("POST", "/v1/kernels/import", Node.Bytes("nonsense"), 400, "badBundle");
        await Expect("POST", "/v1/verify", Node.Bytes(""), 400, "badBundle");
        await Expect("POST", "/v1/kernels/a/pause", Node.Json("{}"), 400, "badRequest");
        await ExpectTooLarge("/v1/kernels/a/messages", () => Node.Bytes(new byte[(1 << 20) + 1]));
        await ExpectTooLarge("/v1/kernels/a/fork", () => Node.Json(new string(' ', 2 << 20)));
        await Expect("GET", $"/v1/kernels/a/proof?key={new string('0', 6_000)}", null, 400, "badRequest");
        await Expect("PUT", "/v1/kernels/a/snapshots/123", null, 400, "badRequest");
        await Expect("POST", "/v1/kernels/a/verify?from=none", null, 404, "noSuchCheckpoint");
        using ByteArrayContent zipped = (ByteArrayContent)Node.Bytes("x");
        zipped.Headers.ContentEncoding.Add("gzip");
        await Expect("POST", "/v1/kernels/a/messages", zipped, 415, "unsupportedMediaType");
        await node.AskAsync(
            "POST", "/v1/kernels/a/calls", 400, Node.Bytes("1"), ("Idempotency-Key", new string('k', 65)));

        // The refusal comes while the body is still on its way: a busy machine may close before the client reads it.
        async Task ExpectTooLarge(string path, Func<HttpContent> content)
        {
            for (int tries = 0; ; tries++)
            {
                try
                {
                    await Expect("POST", path, content(), 413, "messageTooLarge");
                    return;
                }
                catch (HttpRequestException) when (tries < 20)
                {
                }
            }
        }

        async Task Expect(string method, string path, HttpContent? content, int status, string kind)
        {
            JsonElement problem = await node.AskAsync(method, path, status, content);
            Assert.Equal(kind, problem.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task A_full_inbox_is_back_pressure()
    {
        await using Node node = await Node.StartAsync(limits: KernelLimits.Default with { InboxMessagesMax = 2 });
        await node.DeployAsync("a");
        await node.AskAsync("POST", "/v1/kernels/a/pause", 200);
        // One more than the inbox holds is in the kernel's hands.
        for (int i = 0; i < 3; i++)
        {
            await node.AskAsync("POST", "/v1/kernels/a/messages?entry=add", 202, Node.Bytes("1"));
        }
        foreach (string path in new[] { "messages", "calls?timeout=0", "calls" })
        {
            using HttpResponseMessage response = await node.SendAsync("POST", $"/v1/kernels/a/{path}", Node.Bytes("1"));
            JsonElement problem = await Node.ReadAsync(response, 429);
            Assert.Equal("inboxFull", problem.GetProperty("code").GetString());
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        }
        await node.AskAsync("POST", "/v1/kernels/a/resume", 200);
        await node.AskAsync("POST", "/v1/kernels/a/calls?entry=add", 200, Node.Bytes("1"));
    }

    [Fact]
    public async Task A_host_that_fails_says_nothing_of_its_inside()
    {
        await using Node node = await Node.StartAsync(o => o with
        {
            Metrics = () => throw new InvalidOperationException("secret path /etc/granary"),
        });
        JsonElement problem = await node.AskAsync("GET", "/metrics", 500);
        Assert.Equal("internal", problem.GetProperty("code").GetString());
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_closed_is_unavailable()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await node.Host.DisposeAsync();
        JsonElement problem = await node.AskAsync("POST", "/v1/kernels/a/messages", 503, Node.Bytes("1"));
        Assert.Equal("shuttingDown", problem.GetProperty("code").GetString());
    }
}
