using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Granary.Kernels;
using Granary.Tests;
using Granary.Vms;

namespace Granary.Cli.Tests;

/// <summary>One client: a call at a time, asked again under its key until there is an answer.</summary>
internal sealed class InboxCaller(HttpClient http, int number, int seed)
{
    public const int InboxCount = 4;

    private readonly Random _random = new(seed);
    private volatile bool _finishing;
    private int _acknowledged;

    public int Inbox => number % InboxCount;

    public Dictionary<long, string> Answers { get; } = [];

    public int Retries { get; private set; }

    public int Compared { get; private set; }

    /// <summary>Calls that were answered so far.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    public void Finish() => _finishing = true;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (int n = 0; !_finishing; n++)
        {
            long message = (number * 1_000_000L) + n;
            Answers.Add(message, await AskAsync(message, cancellationToken));
            Interlocked.Increment(ref _acknowledged);
            if (n > 0 && _random.Next(4) == 0)
            {
                // One of before, which the kernel still remembers: the very same answer, whoever was killed since.
                long earlier = (number * 1_000_000L) + Math.Max(0, n - _random.Next(1, 4));
                Assert.Equal(Answers[earlier], await AskAsync(earlier, cancellationToken));
                Compared++;
            }
        }
    }

    private async Task<string> AskAsync(long message, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using HttpRequestMessage request = new(
                    HttpMethod.Post, $"/v1/kernels/inbox-{Inbox}/calls?entry=put");
                request.Headers.Add("Idempotency-Key", $"key-{message}");
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes($"{message}"));
                request.Content.Headers.ContentType = new("application/octet-stream");
                using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
                string body = await response.Content.ReadAsStringAsync(cancellationToken);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    JsonElement answer = JsonSerializer.Deserialize<JsonElement>(body);
                    Assert.Equal("ok", answer.GetProperty("status").GetString());
                    return answer.GetProperty("payload").GetProperty("text").GetString()!;
                }
                Assert.True((int)response.StatusCode is 202 or 429 or 503, $"{response.StatusCode}: {body}");
            }
            catch (HttpRequestException)
            {
                // The node is dead, or dies.
            }
            Retries++;
            await Task.Delay(_random.Next(10, 50), cancellationToken);
        }
    }

    public static async Task CheckAsync(IKernelHost host, IReadOnlyList<InboxCaller> callers)
    {
        for (int inbox = 0; inbox < InboxCount; inbox++)
        {
            KernelId id = KernelId.Parse($"inbox-{inbox}");
            HashSet<long> stored = [];
            StateQuery query = new() { Id = id, Prefix = "data/n/"u8.ToArray(), Limit = int.MaxValue };
            await foreach (StateEntry entry in host.ReadStateAsync(query))
            {
                string number = Encoding.UTF8.GetString(entry.Value.Span);
                Assert.True(stored.Add(long.Parse(number, CultureInfo.InvariantCulture)));
            }
            // Every answer is the number of messages stored by then: each number was given to exactly one call.
            List<(long Number, string Answer)> acknowledged =
                [.. callers.Where(c => c.Inbox == inbox).SelectMany(c => c.Answers.Select(a => (a.Key, a.Value)))];
            Assert.Equal(stored.Order(), acknowledged.Select(a => a.Number).Order());
            Assert.Equal(acknowledged.Count, acknowledged.Select(a => a.Answer).Distinct().Count());
            Assert.True((await host.VerifyAsync(id, null, null)).Accepted);
        }
    }

    public static async Task DeployAsync(IKernelHost host)
    {
        string source = await File.ReadAllTextAsync(
            Path.Combine(VectorFolders.RepositoryRoot(), "samples", "script", "inbox.gscript"));
        (IVmEngine engine, IVmLanguage language) = BuiltInEngines.All.FindLanguage(".gscript")!.Value;
        for (int i = 0; i < InboxCount; i++)
        {
            await host.DeployAsync(new DeployRequest
            {
                Id = KernelId.Parse($"inbox-{i}"), Engine = engine.Id,
                Code = language.Compile(source, VmLimits.Default),
            });
        }
    }
}
