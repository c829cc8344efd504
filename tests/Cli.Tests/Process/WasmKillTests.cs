using System.Diagnostics;
using System.Text.Json;
using Granary.Vms.Tests.Wasm;

namespace Granary.Cli.Tests;

/// <summary>
/// Samples for WebAssembly in the middle of their loops, one of them with a file open: the process is killed, the
/// kernel forked, and exported; the killed one, the copy and the one elsewhere end like one that nobody disturbed.
/// </summary>
public sealed class WasmKillTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("granary-wasm-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [WasmToolFact(WasmTools.Clang)]
    public Task An_actor_killed_forked_and_exported_in_a_loop_ends_like_the_undisturbed() => CheckAsync(
        "primes", "start", ["100", "200", "400", "800"]);

    [WasmToolFact(WasmTools.Clang, WasmTools.WasiLibrary)]
    public Task A_program_with_an_open_file_killed_forked_and_exported_ends_like_the_undisturbed() => CheckAsync(
        "ledger", "_start", ["4000", "8000", "16000", "32000"]);

    private async Task CheckAsync(string sample, string entry, string[] sizes)
    {
        WasmTools.BuildSamples(_folder, "");
        string deploy = $"deploy {Path.Combine(_folder, sample + ".wasm")} --engine wasm --name";
        string bundle = Path.Combine(_folder, "loop.granary");
        string here = Path.Combine(_folder, "here");
        string work;
        using (GranaryProcess first = new(here))
        {
            work = await PauseInTheMiddleAsync(first, deploy, entry, sizes);
            await first.AskAsync($"export {work} {bundle}");
            // A copy is not paused, nor is what was imported: it runs when the process dies.
            await first.AskAsync($"fork {work} copy");
            first.Kill();
        }
        using GranaryProcess again = new(here);
        await again.AskAsync($"resume {work}");
        await again.AskAsync($"{deploy} calm");
        await again.AskAsync(Send("calm", entry, work[(work.IndexOf('-') + 1)..]));
        string calm = await EndAsync(again, "calm");
        Assert.Equal(calm, await EndAsync(again, work));
        Assert.Equal(calm, await EndAsync(again, "copy"));

        using GranaryProcess elsewhere = new(Path.Combine(_folder, "elsewhere"));
        await elsewhere.AskAsync($"import {bundle}");
        Assert.Equal(calm, await EndAsync(elsewhere, work));
    }

    // How fast a machine is, nobody knows: where the pause comes after the end, a longer loop is tried.
    private static async Task<string> PauseInTheMiddleAsync(
        GranaryProcess process, string deploy, string entry, string[] sizes)
    {
        foreach (string size in sizes)
        {
            string kernel = $"work-{size}";
            await process.AskAsync($"{deploy} {kernel}");
            await process.AskAsync(Send(kernel, entry, size));
            await process.AskAsync($"pause {kernel}");
            JsonElement machine = await process.AskAsync($"rstate {kernel}");
            if (machine.GetProperty("text").GetString()!.StartsWith("phase Running", StringComparison.Ordinal))
            {
                return kernel;
            }
        }
        throw new InvalidOperationException("Every loop had come to its end before the pause came.");
    }

    private static string Send(string kernel, string entry, string size) =>
        $"send {kernel} {entry} {size} --gas 100000000000";

    /// <summary>Waits for the end of the message; says how it ended, what it cost, and what the machine is, with all
    /// that it printed in its memory. (The files have the times of the message, which each kernel has of its own.)
    /// </summary>
    private static async Task<string> EndAsync(GranaryProcess process, string kernel)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            JsonElement journal = await process.AskAsync($"journal {kernel}");
            foreach (JsonElement item in journal.GetProperty("items").EnumerateArray())
            {
                if (item.GetProperty("kind").GetString() == "ended")
                {
                    JsonElement fields = item.GetProperty("fields");
                    string end = string.Join(' ', ((string[])["exit", "gas", "output"])
                        .Select(name => fields.GetProperty(name).GetString()));
                    Assert.DoesNotContain("Trapped", end, StringComparison.Ordinal);
                    JsonElement machine = await process.AskAsync($"rstate {kernel}");
                    return $"{end} {machine.GetProperty("text")} {machine.GetProperty("memories")}";
                }
            }
            Assert.True(watch.Elapsed < _limit, $"The message of '{kernel}' has not come to its end.");
            await Task.Delay(200);
        }
    }
}
