using System.Diagnostics;
using System.Text.Json;

namespace Granary.Cli.Tests;

/// <summary>
/// A RISC-V program in the middle of a loop, as an actor and on the machine of CKB: its process is killed, it is
/// forked, and exported; the killed one, the copy and the one elsewhere end like one that nobody disturbed, byte for
/// byte.
/// </summary>
public sealed class RiscVKillTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("granary-riscv-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("riscv", "''")]
    [InlineData("ckb-v2", "args")]
    public async Task Killed_forked_and_exported_in_a_loop_it_ends_byte_for_byte_like_the_undisturbed(
        string engine, string entry)
    {
        string program = Path.Combine(_folder, "loop.elf");
        await File.WriteAllBytesAsync(program, RiscVLoop.Build(isActor: engine == "riscv"));
        string bundle = Path.Combine(_folder, "loop.granary");
        string here = Path.Combine(_folder, "here");
        string deploy = $"deploy {program} --engine {engine} --name";
        string work;
        using (GranaryProcess first = new(here))
        {
            work = await PauseInTheMiddleAsync(first, deploy, entry);
            await first.AskAsync($"export {work} {bundle}");
            // A copy is not paused, nor is what was imported: it runs when the process dies.
            await first.AskAsync($"fork {work} copy");
            first.Kill();
        }
        string size = work[^1..];
        using (GranaryProcess again = new(here))
        {
            await again.AskAsync($"resume {work}");
            await again.AskAsync($"{deploy} calm");
            await again.AskAsync(Send("calm", entry, size));
            string calm = await EndAsync(again, "calm");
            Assert.Equal(calm, await EndAsync(again, work));
            Assert.Equal(calm, await EndAsync(again, "copy"));

            using GranaryProcess elsewhere = new(Path.Combine(_folder, "elsewhere"));
            await elsewhere.AskAsync($"import {bundle}");
            Assert.Equal(calm, await EndAsync(elsewhere, work));
        }
    }

    // How fast a machine is, nobody knows: where the pause comes after the end, a longer loop is tried.
    private static async Task<string> PauseInTheMiddleAsync(
        GranaryProcess process, string deploy, string entry)
    {
        foreach (char size in "2468")
        {
            string kernel = $"work-{size}";
            await process.AskAsync($"{deploy} {kernel}");
            await process.AskAsync(Send(kernel, entry, $"{size}"));
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
        $"send {kernel} {entry} {size} --gas 10000000000";

    private static string MachineOf(JsonElement machine) =>
        $"{machine.GetProperty("text")} {machine.GetProperty("sections")} {machine.GetProperty("memories")}";

    /// <summary>Waits for the end of the message; says how it ended, what it cost and did, and what the machine is.
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
                    string end = string.Join(' ', ((string[])["exit", "gas", "output", "effects"])
                        .Select(name => fields.GetProperty(name).GetString()));
                    Assert.DoesNotContain("Trapped", end, StringComparison.Ordinal);
                    return $"{end} {MachineOf(await process.AskAsync($"rstate {kernel}"))}";
                }
            }
            Assert.True(watch.Elapsed < _limit, $"The message of '{kernel}' has not come to its end.");
            await Task.Delay(200);
        }
    }
}
