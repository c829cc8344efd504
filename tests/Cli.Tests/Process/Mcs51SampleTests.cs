using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Granary.Tests;
using Granary.Vms;

namespace Granary.Cli.Tests;

/// <summary>
/// The samples of the 8051, built by their script and driven through the real process: killed in between, exported
/// while running and continued elsewhere; the firmware beside the simulator s51.
/// </summary>
public sealed class Mcs51SampleTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);
    private static readonly string _samples = Path.Combine(VectorFolders.RepositoryRoot(), "samples", "mcs51");

    private readonly string _folder = Directory.CreateTempSubdirectory("granary-mcs51-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SdccFact]
    public async Task Contracts_go_on_after_each_kill_and_elsewhere()
    {
        string kit = Build(rounds: 1);
        string data = Path.Combine(_folder, "here");
        string setup = Message("setup");
        using (GranaryProcess first = new(data))
        {
            foreach (string contract in (string[])["escrow", "lottery", "token"])
            {
                await AskAsync(first, $"deploy {Path.Combine(kit, contract)}.dacrs");
                await AskAsync(first, $"call {contract} setup --file {setup}");
            }
            await AskAsync(first, $"call escrow tx --file {Message("escrow-open")}");
            await AskAsync(first, $"call lottery tx --file {Message("lottery-open")}");
            await AskAsync(first, $"call lottery tx --file {Message("lottery-ticket-bob")}");
            await AskAsync(first, $"call token tx --file {Message("token-issue")}");
            first.Kill();
        }
        using (GranaryProcess second = new(data))
        {
            await RefusedAsync(second, $"call escrow tx --file {Message("escrow-too-early")}");
            await AskAsync(second, $"call lottery tx --file {Message("lottery-ticket-carol")}");
            await AskAsync(second, $"call token tx --file {Message("token-transfer")}");
            await AskAsync(second, $"export escrow {Path.Combine(_folder, "escrow.granary")}");
            await AskAsync(second, $"call escrow tx --file {Message("escrow-release")}");
            second.Kill();
        }
        using (GranaryProcess third = new(data))
        {
            await AskAsync(third, $"call lottery tx --file {Message("lottery-draw")}");
            await RefusedAsync(third, $"call token tx --file {Message("token-too-much")}");
            Assert.Equal(1_300, await BalanceAsync(third, "escrow", "120000000800"));
            Assert.Equal(700, await BalanceAsync(third, "escrow", "110000000700"));
            Assert.Equal(0, await BalanceAsync(third, "escrow", "2c0100000500"));
            Assert.Equal(1_050, await BalanceAsync(third, "lottery", "130000000900"));
            Assert.Equal(950, await BalanceAsync(third, "lottery", "120000000800"));
            Assert.Equal(999_700, await NumberAsync(third, "token", @"data/db/h\x11\x00\x00\x00\x07\x00"));
            Assert.Equal(300, await NumberAsync(third, "token", @"data/db/h\x12\x00\x00\x00\x08\x00"));
        }
        using GranaryProcess elsewhere = new(Path.Combine(_folder, "elsewhere"));
        await AskAsync(elsewhere, $"import {Path.Combine(_folder, "escrow.granary")}");
        await AskAsync(elsewhere, $"call escrow tx --file {Message("escrow-back")}");
        Assert.Equal(1_000, await BalanceAsync(elsewhere, "escrow", "110000000700"));
    }

    [SdccFact]
    public async Task Firmware_exported_in_the_middle_of_its_work_ends_elsewhere_as_here()
    {
        // 300 rounds are within a message's gas, and far from done when the pause comes.
        string kit = Build(rounds: 300);
        string bundle = Path.Combine(_folder, "bench.granary");
        string here;
        using (GranaryProcess process = new(Path.Combine(_folder, "here")))
        {
            await AskAsync(process, $"deploy {Path.Combine(kit, "bench.ihx")}");
            await AskAsync(process, "send bench serial");
            await AskAsync(process, "pause bench");
            JsonElement middle = await AskAsync(process, "rstate bench");
            Assert.StartsWith("Running, ", middle.GetProperty("text").GetString(), StringComparison.Ordinal);
            await AskAsync(process, $"export bench {bundle}");
            process.Kill();
        }
        using (GranaryProcess again = new(Path.Combine(_folder, "here")))
        {
            here = await FinishAsync(again);
        }
        using GranaryProcess elsewhere = new(Path.Combine(_folder, "elsewhere"));
        await AskAsync(elsewhere, $"import {bundle}");
        Assert.Equal(here, await FinishAsync(elsewhere));
    }

    [SdccFact]
    public async Task The_debugger_steps_and_breaks_in_a_saved_machine()
    {
        string kit = Build(rounds: 1);
        using GranaryProcess process = new(Path.Combine(_folder, "here"));
        string echo = Path.Combine(kit, "echo");
        await AskAsync(process, $"deploy {echo}.ihx --name device");
        JsonElement first = await AskAsync(process, "call device serial");
        Assert.Equal("ready\n", first.GetProperty("payload").GetProperty("text").GetString());

        JsonElement debug = await AskAsync(process, $"debug device {echo}.ihx --symbols {echo}.map --message {Line()}");
        Assert.Contains("getchar", debug.GetProperty("instruction").GetString(), StringComparison.Ordinal);
        Assert.Contains(" SCON=", debug.GetProperty("text").GetString(), StringComparison.Ordinal);
        JsonElement step = await AskAsync(process, "step device --count 3");
        Assert.Equal(3, step.GetProperty("trace").GetArrayLength());
        JsonElement stop = await AskAsync(process, "step device --to putchar");
        Assert.EndsWith("; putchar", stop.GetProperty("instruction").GetString(), StringComparison.Ordinal);
        JsonElement end = await AskAsync(process, "step device --count 10000000");
        Assert.Equal("The machine waits for a message.", end.GetProperty("exit").GetString());
        Assert.Equal("1: hello there (11)\n", end.GetProperty("printed").GetString());

        // The kernel has not noticed: it still waits where it was.
        JsonElement kernel = await AskAsync(process, "rstate device");
        Assert.StartsWith("Waiting", kernel.GetProperty("text").GetString(), StringComparison.Ordinal);
        await RefusedAsync(process, "step device --to nowhere");
        await RefusedAsync(process, $"debug device {Path.Combine(kit, "bench.ihx")}");
    }

    [SdccFact("s51")]
    public void Firmware_ends_as_in_the_simulator_s51()
    {
        string kit = Build(rounds: 2);
        byte[] code = BuiltInEngines.All.FindLanguage(".ihx")!.Value.Language.Compile(
            File.ReadAllText(Path.Combine(kit, "bench.ihx")), VmLimits.Default);
        IVmEngine engine = BuiltInEngines.All.FindNewest("mcs51")!;
        IVmContainer machine = engine.Load(code, VmLimits.Default).Start();
        machine.Enter(new VmEntry("serial", default, ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        DebugHost host = new();
        Assert.IsType<VmExit.Halted>(machine.Run(ref gas, host));
        SnapshotBuffer saved = new();
        machine.Save(saved);

        long stop = ((IVmInspector)engine).Position(machine);
        // The external memory that the program has: s51 begins with anything in the rest.
        (string output, byte[] xdata) = S51.Run(Path.Combine(kit, "bench.ihx"), stop, _folder, bytes: 0x6C7);

        Assert.Equal(output, Encoding.ASCII.GetString([.. host.Printed.SelectMany(p => p)]));
        Assert.Equal(
            Convert.ToHexString(xdata.AsSpan(1)),
            Convert.ToHexString(saved.Memories["xdata"].AsSpan(1, xdata.Length - 1)));
    }

    private string Build(int rounds)
    {
        string output = Path.Combine(_folder, "kit");
        ProcessStartInfo start = new("sh") { RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(_samples, "build.sh"));
        start.ArgumentList.Add(output);
        start.Environment["ROUNDS"] = rounds.ToString(System.Globalization.NumberFormatInfo.InvariantInfo);
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
        return output;
    }

    private string Line()
    {
        string path = Path.Combine(_folder, "line.txt");
        File.WriteAllText(path, "hello there\n");
        return path;
    }

    private static string Message(string name) => Path.Combine(_samples, "messages", $"{name}.txt");

    private static Task<JsonElement> AskAsync(GranaryProcess process, string command) => process.AskAsync(command);

    private static async Task RefusedAsync(GranaryProcess process, string command)
    {
        JsonElement answer = await process.AnswerAsync(command);
        Assert.False(answer.GetProperty("ok").GetBoolean(), $"{command}: {answer}");
    }

    // Lets the paused firmware go on to its end; says what is then in its machine.
    private static async Task<string> FinishAsync(GranaryProcess process)
    {
        await AskAsync(process, "resume bench");
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            JsonElement machine = await AskAsync(process, "rstate bench");
            if (machine.GetProperty("text").GetString()!.StartsWith("Off, ", StringComparison.Ordinal))
            {
                return $"{machine.GetProperty("sections")} {machine.GetProperty("memories")}";
            }
            Assert.True(watch.Elapsed < _limit, "The firmware 'bench' has not come to its end.");
            await Task.Delay(200);
        }
    }

    private static async Task<long> BalanceAsync(GranaryProcess process, string kernel, string account)
    {
        string key = string.Concat(Enumerable.Range(0, 6).Select(i => $@"\x{account.Substring(2 * i, 2)}"));
        return await NumberAsync(process, kernel, $"data/account/{key}");
    }

    private static async Task<long> NumberAsync(GranaryProcess process, string kernel, string key)
    {
        JsonElement answer = await AskAsync(process, $"state {kernel} '{key}'");
        string hex = answer.GetProperty("items")[0].GetProperty("value").GetProperty("hex").GetString()!;
        return BitConverter.ToInt64(Convert.FromHexString(hex).AsSpan(0, 8));
    }
}
