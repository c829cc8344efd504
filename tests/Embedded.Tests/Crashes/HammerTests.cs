using System.Collections.Concurrent;
using Granary.Kernels;
using Xunit.Abstractions;
using static Granary.Embedded.Tests.HostCalls;

namespace Granary.Embedded.Tests;

/// <summary>
/// Everything at once, by many clients, from one seed; in the end every sum is right and every kernel verifies.
/// </summary>
public sealed class HammerTests(ITestOutputHelper output)
{
    private const int Kernels = 30;
    private const int Clients = 12;
    private const int OperationsEach = 150;

    [Theory]
    [InlineData(20_261_120)]
    public async Task Random_operations_keep_every_promise(int seed)
    {
        output.WriteLine($"seed {seed}");
        List<Exception> unobserved = [];
        void Note(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Add(e.Exception);
        TaskScheduler.UnobservedTaskException += Note;
        Medium medium = new(MediumKind.Memory);
        ConcurrentDictionary<string, int> sums = new();
        await using (EmbeddedHost host = await EmbeddedHost.OpenAsync(medium.Open(), Engines.All, new EmbeddedOptions
        {
            SliceThreads = 2, LiveKernelsMax = 10, SweepEvery = TimeSpan.FromMilliseconds(20),
            CollectEvery = TimeSpan.FromMilliseconds(100), CheckpointBytes = 2_000,
        }))
        {
            for (int k = 0; k < Kernels; k++)
            {
                await host.DeployScriptAsync($"k{k}", Programs.Peer);
            }
            for (int k = 0; k < Kernels; k++)
            {
                await host.SetPortAsync(Id($"k{k}"), "peer", Id($"k{(k + 1) % Kernels}"));
            }
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(c => Task.Run(() =>
                ClientAsync(host, seed + c, c, sums))));
            for (int k = 0; k < Kernels; k++)
            {
                await host.ResumeAsync(Id($"k{k}"));
            }
            for (int k = 0; k < Kernels; k++)
            {
                string id = $"k{k}";
                int expected = sums.GetValueOrDefault(id);
                await UntilAsync($"{id} has {expected}", async () =>
                    await host.AskAsync(id, "add",
                        "0") == expected.ToString(System.Globalization.CultureInfo.InvariantCulture));
                await host.VerifiesAsync(id);
            }
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= Note;
        Assert.Empty(unobserved);
    }

    private static async Task ClientAsync(
        EmbeddedHost host, int seed, int client, ConcurrentDictionary<string, int> sums)
    {
        Random random = new(seed);
        for (int n = 0; n < OperationsEach; n++)
        {
            int k = random.Next(Kernels);
            string id = $"k{k}";
            int amount = random.Next(1, 9);
            switch (random.Next(12))
            {
                case < 4:
                    await host.SendAsync(id, "add", $"{amount}", $"{client}-{n}");
                    sums.AddOrUpdate(id, amount, (_, sum) => sum + amount);
                    break;
                case < 6:
                    await host.SendAsync(id, "put", $"{amount}");
                    sums.AddOrUpdate($"k{(k + 1) % Kernels}", amount, (_, sum) => sum + amount);
                    break;
                case 6:
                    await host.SnapshotAsync(Id(id), $"s{client}-{n}");
                    break;
                case 7:
                    await host.ForkAsync(Id(id), Id($"f{client}-{n}"), null);
                    await host.DeleteAsync(Id($"f{client}-{n}"));
                    break;
                case 8:
                    await host.PauseAsync(Id(id));
                    await host.ResumeAsync(Id(id));
                    break;
                case 9:
                    using (MemoryStream file = new())
                    {
                        await host.ExportAsync(Id(id), file);
                        file.Position = 0;
                        VerifyReport report = await host.VerifyBundleAsync(file, null);
                        Assert.True(report.Accepted, $"{id}: {report.Reason}");
                    }
                    break;
                case 10:
                    await host.StateAsync(id, "data/");
                    break;
                default:
                    using (CancellationTokenSource soon = new(random.Next(3)))
                    {
                        try
                        {
                            await host.CallAsync(Message(id, "add", "0"), soon.Token);
                        }
                        catch (OperationCanceledException)
                        {
                            await Task.Yield();
                        }
                    }
                    break;
            }
        }
    }
}
