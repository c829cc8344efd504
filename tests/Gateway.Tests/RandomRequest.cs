using System.Text;
using System.Text.RegularExpressions;

namespace Granary.Gateway.Tests;

/// <summary>Makes a request for an operation, most of it right, some of it anything.</summary>
internal sealed partial class RandomRequest(Random random, DescribedOperation operation, Ready ready)
{
    /// <summary>
    /// Of the kernels, 'quiet' is never sent anything, so that what works on a whole history stays quick.
    /// </summary>
    public static readonly string[] Kernels = ["a", "quiet", "gone"];

    private static readonly string[] _strange =
    [
        "", "%20", "%00", "%2e%2e",
        "..", ".", "%2F", "a%2Fb", "%ff", "%C3%A4", "%F0%9F%8C%BE", "A", "a.b", "-", "0", "1", "-1",
        "1e9", "18446744073709551615", "18446744073709551616", "9223372036854775807", "NaN", "null", "true", "none",
        "%25",
        "%27%22", "%3Cscript%3E", "00", "0g", "646174612f6e", "kept", "script@1", "mova@1", "x=a", "x=quiet", "x=", "+",
        "*",
        "0000000000000000000000000000000000000000000000000000000000000000", "a;b", "a,b", "a%0d%0ab", "~", "$", "@",
    ];

    private static readonly string[] _droppable = ["/ports/", "/timers/", "/dead-letters/"];

    private static readonly string[] _types =
    [
        "application/octet-stream", "application/json",
        "application/json; charset=utf-8", "application/json; charset=latin1",
        "text/plain", "multipart/form-data", "nonsense", "application/x-www-form-urlencoded", "*/*",
    ];

    public HttpRequestMessage Make(Uri node)
    {
        string[] parts = Samples.ById[operation.Id].Path.Split('?', 2);
        string path = PathVariable().Replace(operation.Path, m => PathValue(m.Groups[1].Value));
        if (random.Next(20) == 0)
        {
            path += OneOf("/", "//", "/x", "%00", "/..", ";x", "\\", "/%2e%2e");
        }
        string query = MakeQuery(parts.Length > 1 ? parts[1].Split('&') : []);
        Uri uri = new(
            $"http://127.0.0.1:{node.Port}{path}{query}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        string method = random.Next(30) == 0
            ? OneOf("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE")
            : operation.Method;
        if (method == "DELETE" && !_droppable.Any(p => path.Contains(p, StringComparison.Ordinal))
            && !IsExpendable(path))
        {
            // An id is never used again: without its kernels a long run would test little.
            method = "GET";
        }
        HttpRequestMessage request = new(new HttpMethod(method), uri);
        if (Samples.ById[operation.Id].Body is not null || random.Next(20) == 0)
        {
            request.Content = MakeBody();
        }
        AddHeaders(request);
        return request;
    }

    private static bool IsExpendable(string path) =>
        path is "/v1/kernels/gone" or "/v1/kernels/none" or "/v1/kernels/c1";

    private string PathValue(string variable)
    {
        if (random.Next(6) == 0)
        {
            return Strange();
        }
        return variable switch
        {
            "id" when operation.Id == "deleteKernel" => OneOf("gone", "none", "c1", "c2"),
            "id" when operation.Id is "exportKernel" or "verifyKernel" or "forkKernel" or "readMachine"
                or "takeSnapshot" or "listSnapshots" => "quiet",
            "id" => "a",
            "name" => OneOf("kept", "s1", "s2", "next"),
            "number" => OneOf("1", "2", "3"),
            _ => OneOf("known", "k1", "k2"),
        };
    }

    private string MakeQuery(string[] sample)
    {
        List<string> query = [];
        foreach (string one in sample)
        {
            string name = one.Split('=', 2)[0];
            if (name == "timeout")
            {
                // Never to be left out: half a minute each would be too long.
                query.Add($"timeout={OneOf("0", "0.01", "0.02", "-1", "301", "x", "%20", "1e1000")}");
            }
            else if (name == "id")
            {
                // New kernels, of which there shall not be thousands.
                query.Add($"id={(random.Next(4) == 0 ? Strange() : OneOf("c1", "c2", "c3"))}");
            }
            else if (random.Next(4) > 0)
            {
                query.Add(random.Next(4) == 0 ? $"{name}={Strange()}" : one);
            }
        }
        if (random.Next(15) == 0)
        {
            query.Add($"{Strange()}={Strange()}");
        }
        return query.Count > 0 ? "?" + string.Join('&', query) : "";
    }

    private HttpContent MakeBody()
    {
        byte[] right = Samples.ById[operation.Id].Body is { } make
            ? make(ready).ReadAsByteArrayAsync().Result
            : [1, 2, 3];
        byte[] body = random.Next(6) switch
        {
            0 => Bytes(random.Next(200)),
            1 => [],
            2 => Encoding.UTF8.GetBytes(OneOf(
                "{}", "[]", "null", "{\"newId\":\"c1\"}", "{\"to\":[]}", "\"x\"", "{\"target\":1}",
                new string('[', 200),
                "{\"engine\":\"script@1\",\"status\":\"idle\",\"text\":\"\",\"sections\":{\"a\":\"0\"}}")),
            3 or 4 => Mutate(right),
            _ => right,
        };
        ByteArrayContent content = new(body);
        string type = random.Next(10) == 0
            ? OneOf(_types)
            : Samples.ById[operation.Id].Body?.Invoke(ready).Headers.ContentType?.ToString() ?? "";
        if (type.Length > 0)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }
        return content;
    }

    private void AddHeaders(HttpRequestMessage request)
    {
        request.Headers.TransferEncodingChunked = request.Content is not null && random.Next(5) == 0;
        string[] names =
        [
            "Idempotency-Key", "If-None-Match", "If-Match", "Last-Event-ID", "Accept", "Authorization", "Origin",
            "Range", "traceparent", "X-Forwarded-For", "X-HTTP-Method-Override",
        ];
        if (random.Next(3) == 0)
        {
            request.Headers.TryAddWithoutValidation(
                OneOf(names), OneOf("known", "*", "\"x\"", "1", "-", "a b", new string('k', 65)));
        }
    }

    private byte[] Mutate(byte[] right)
    {
        byte[] body = [.. right];
        for (int i = random.Next(1, 4); i > 0 && body.Length > 0; i--)
        {
            switch (random.Next(3))
            {
                case 0:
                    body[random.Next(body.Length)] = (byte)random.Next(256);
                    break;
                case 1:
                    body = body[..random.Next(body.Length)];
                    break;
                default:
                    int at = random.Next(body.Length);
                    body = [.. body[..at], .. Bytes(random.Next(8)), .. body[at..]];
                    break;
            }
        }
        return body;
    }

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private string Strange() =>
        random.Next(10) == 0 ? new string(OneOf("a", "0", ".", "/")[0], random.Next(300)) : OneOf(_strange);

    private string OneOf(params string[] choices) => choices[random.Next(choices.Length)];

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex PathVariable();
}
