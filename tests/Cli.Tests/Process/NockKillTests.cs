using System.Diagnostics;
using System.Text.Json;
using Granary.Tests;

namespace Granary.Cli.Tests;

/// <summary>
/// The counter and the key-value store of samples/nock: the process is killed in the second phase of a transaction, at
/// rest and running; the store ends like one that nobody disturbed.
/// </summary>
public sealed class NockKillTests : IDisposable
{
    private const string Gas = "--gas 100000000000";

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("granary-nock-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("zero", "[%counter 0]", "1")]
    [InlineData("stock", "[%sold %apples 0]", "7")]
    public async Task Killed_in_a_transaction_the_store_ends_like_the_undisturbed(
        string first, string key, string value)
    {
        string slow = await File.ReadAllTextAsync(Sample("slow.nock"));
        if (first == "stock")
        {
            // The same wait, and then what move.nock does.
            slow = slow.Replace("[1 [%counter 0] 0] 1 [%counter 0] 0", "[1 [%stock 0] 0] 1 [%sold 0] 0",
                    StringComparison.Ordinal)
                .Replace("[[1 %counter 0] 4 12 [1 0] [0 6] [1 %counter 0] 1 0] 1 0",
                    "[[1 %sold %apples 0] 12 [1 0] [0 6] [1 %stock %apples 0] 1 0] 1 0", StringComparison.Ordinal);
        }
        (string here, string code) = await KillInTheMiddleAsync(first, slow);
        using (GranaryProcess again = new(here))
        {
            Assert.Contains("phase Phase2", await MachineAsync(again), StringComparison.Ordinal);
            await again.AskAsync("resume work");
            // This time it runs when the process dies, and goes on by itself.
            again.Kill();
        }
        using GranaryProcess last = new(here);
        string ended = await EndAsync(last, key);
        using GranaryProcess calm = new(Path.Combine(_folder, "calm"));
        await DeployAsync(calm, first, code);
        await calm.AskAsync($"send work transact {Gas}");
        Assert.Equal(await EndAsync(calm, key), ended);
        Assert.StartsWith($"{value}\n", ended, StringComparison.Ordinal);
        Assert.Equal(2, ended.Split(", ok,").Length - 1);
    }

    // How fast a machine is, nobody knows: where the pause comes after the end, it counts further.
    private async Task<(string Folder, string Code)> KillInTheMiddleAsync(string first, string slow)
    {
        foreach (string count in (string[])["3.000.000", "30.000.000", "300.000.000"])
        {
            string folder = Path.Combine(_folder, count);
            string code = Path.Combine(_folder, $"{count}.nock");
            await File.WriteAllTextAsync(code, slow.Replace("100.000.000", count, StringComparison.Ordinal));
            using GranaryProcess process = new(folder);
            await DeployAsync(process, first, code);
            await process.AskAsync($"send work transact {Gas}");
            Stopwatch watch = Stopwatch.StartNew();
            while (true)
            {
                await process.AskAsync("pause work");
                string machine = await MachineAsync(process);
                if (machine.Contains("phase Phase2", StringComparison.Ordinal))
                {
                    process.Kill();
                    return (folder, code);
                }
                if (machine.Contains("phase Idle", StringComparison.Ordinal)
                    && await HasEndedAsync(process))
                {
                    break;
                }
                Assert.True(watch.Elapsed < _limit, $"The transaction does not come to its second phase: {machine}");
                await process.AskAsync("resume work");
                await Task.Delay(10);
            }
        }
        throw new InvalidOperationException("Every transaction had come to its end before the pause came.");
    }

    private static async Task DeployAsync(GranaryProcess process, string first, string code)
    {
        await process.AskAsync($"deploy {Sample("store.executor")}");
        await process.AskAsync($"deploy {Sample($"{first}.nock")} --port executor=store");
        await process.AskAsync($"deploy {code} --port executor=store --name work");
        await process.AskAsync($"call {first} transact");
    }

    private static async Task<string> MachineAsync(GranaryProcess process) =>
        (await process.AskAsync("rstate work")).GetProperty("text").GetString()!;

    /// <summary>A turn that awaits the executor's answer has ended too, but the message has not.</summary>
    private static async Task<bool> HasEndedAsync(GranaryProcess process) =>
        (await process.AskAsync("journal work")).GetProperty("items").EnumerateArray()
        .Any(item => item.GetProperty("kind").GetString() == "ended"
            && item.GetProperty("fields").GetProperty("exit").GetString() is not ("Awaiting" or "Slept"));

    /// <summary>Waits for the end of the transaction; the value of a key, and the executor's list.</summary>
    private static async Task<string> EndAsync(GranaryProcess process, string key)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await HasEndedAsync(process))
        {
            Assert.True(watch.Elapsed < _limit, "The transaction has not come to its end.");
            await Task.Delay(200);
        }
        return await TextAsync(process, $"call store get '{key}'") + await TextAsync(process, "call store list");
    }

    private static async Task<string> TextAsync(GranaryProcess process, string command)
    {
        JsonElement answer = await process.AskAsync(command);
        return answer.GetProperty("payload").GetProperty("text").GetString()!;
    }

    private static string Sample(string file) =>
        Path.Combine(VectorFolders.RepositoryRoot(), "samples", "nock", file);
}
