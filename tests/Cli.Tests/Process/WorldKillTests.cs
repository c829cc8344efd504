using System.Globalization;
using System.Text.Json;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Stores;
using Granary.Tests;
using Granary.Vms;
using Xunit.Abstractions;

namespace Granary.Cli.Tests;

/// <summary>
/// <c>kill -9</c> of the real process while a world of Primea handles numbered messages. At the end its state root is
/// that of a world that was never disturbed.
/// </summary>
public sealed class WorldKillTests(ITestOutputHelper output)
{
    private const int MessageCount = 60;
    private const int Kills = 4;

    [Fact]
    public async Task A_killed_world_ends_with_the_root_of_a_calm_one()
    {
        string folder = Directory.CreateTempSubdirectory("granary-world-").FullName;
        try
        {
            int seed = Environment.TickCount;
            output.WriteLine($"seed {seed}");
            Random random = new(seed);
            await using (EmbeddedHost host = await OpenAsync(folder, run: false))
            {
                await DeployAsync(host);
            }
            int acknowledged = 0;
            for (int kill = 0; kill < Kills; kill++)
            {
                int until = kill == Kills - 1 ? MessageCount : acknowledged + random.Next(5, 15);
                acknowledged = await SendAndKillAsync(folder, acknowledged, Math.Min(until, MessageCount), random);
            }
            Assert.Equal(MessageCount, acknowledged);
            await using EmbeddedHost killed = await OpenAsync(folder, run: true);
            await using EmbeddedHost calm = await EmbeddedHost.OpenAsync(new MemoryStore(), BuiltInEngines.All);
            await DeployAsync(calm);
            for (int i = 0; i < MessageCount; i++)
            {
                await CallAsync(calm, "send", Message(i));
            }
            string expected = Convert.ToHexStringLower((await CallAsync(calm, "root", "")).Span);
            Assert.Equal(expected, Convert.ToHexStringLower((await CallAsync(killed, "root", "")).Span));
            VerifyReport report = await killed.VerifyAsync(World, null, null);
            Assert.True(report.Accepted, $"entry {report.FirstDifference}: {report.Reason}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static KernelId World => KernelId.Parse("bazaar");

    /// <summary>Sends messages under their keys, and kills while one more is on its way or being handled.</summary>
    private static async Task<int> SendAndKillAsync(string folder, int from, int until, Random random)
    {
        using GranaryProcess process = new(folder);
        for (int i = from; i < until; i++)
        {
            // The one before may have been taken without an answer: under its key it counts once.
            Assert.True(await process.TryWriteAsync($"send bazaar send '{Message(i)}' --key key-{i}"));
            JsonElement? answer = await process.ReadAsync();
            Assert.True(answer is { } taken && taken.GetProperty("ok").GetBoolean(), $"{answer} {process.Errors}");
        }
        if (until < MessageCount)
        {
            await process.TryWriteAsync($"send bazaar send '{Message(until)}' --key key-{until}");
            await Task.Delay(random.Next(20));
        }
        process.Kill();
        return until;
    }

    /// <summary>Long enough to be killed in the middle: a few thousand steps.</summary>
    private static string Message(int number)
    {
        string work = string.Concat(Enumerable.Repeat("{\"push\": 7}, {\"pop\": 1}, ", 300));
        string n = number.ToString(CultureInfo.InvariantCulture);
        string script = $$$"""{{{work}}} {"tick": 9}, {"push": {"link": {"t": "{{{n}}}"} }}""";
        string send = $$$"""{"send": {"to": "smith", "gas": 90, "script": [{{{script}}}]}}""";
        string steps = $$"""{{work}} {"push": {{n}}}, {{send}}""";
        return $$"""[{"to": "customer", "gas": 900, "label": "m{{n}}", "script": [{{steps}}]}]""";
    }

    private static async Task DeployAsync(EmbeddedHost host)
    {
        string source = await File.ReadAllTextAsync(
            Path.Combine(VectorFolders.RepositoryRoot(), "samples", "primea", "bazaar.primea"));
        (IVmEngine engine, IVmLanguage language) = BuiltInEngines.All.FindLanguage(".primea")!.Value;
        await host.DeployAsync(new DeployRequest
        {
            Id = World, Engine = engine.Id, Code = language.Compile(source, VmLimits.Default),
        });
    }

    private static async Task<ReadOnlyMemory<byte>> CallAsync(EmbeddedHost host, string entry, string payload)
    {
        CallResult result = await host.CallAsync(new MessageRequest
        {
            To = World, Entry = entry, Payload = System.Text.Encoding.UTF8.GetBytes(payload),
            Gas = KernelLimits.MessageGasDefault,
        });
        Assert.Equal(ReplyStatus.Ok, result.Status);
        return result.Payload;
    }

    private static Task<EmbeddedHost> OpenAsync(string folder, bool run) =>
        EmbeddedHost.OpenAsync(folder, BuiltInEngines.All, new EmbeddedOptions { RunKernels = run });
}
