using System.Diagnostics;
using System.Globalization;
using System.Text;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// Contracts in the EVM engine beside another machine. Processor time, because the peer is another process.
/// </summary>
/// <remarks>
/// The peer is a command, named by <see cref="PeerVariable"/>: it reads lines <c>NAME CODE INPUT GAS ROUNDS</c> and
/// writes for each round <c>NAME GAS ok OUTPUT NANOSECONDS</c>, running the code as a call to an account without
/// storage under Cancun's rules. <c>Evm/edr.mjs</c> is one. Ours is a whole message to a kernel's machine: the question
/// read, the account and its code found, the world undone.
/// </remarks>
internal sealed class EvmBenchmark : IBenchmark
{
    public const string PeerVariable = "GRANARY_EVM_BENCH_PEER";

    private const string Account = "00000000000000000000000000000000000000aa";
    private const long CallGas = 1_000_000_000;

    private static readonly (string Name, string Selector, int Full, int Quick)[] _calls =
    [
        ("trace", "a68a4fed", 60, 2), ("hash", "b189fd4c", 20_000, 10), ("store", "6057361d", 60_000, 10),
        ("transfers", "9377d711", 10_000, 10),
    ];

    public string Name => "evm";

    public string Summary => $"contracts in the EVM engine, beside the command that {PeerVariable} names";

    public Task RunAsync(BenchmarkRun run)
    {
        string code = File.ReadAllText(
            Path.Combine(AppContext.BaseDirectory, "../../../Vms/Evm/loops.hex")).Trim();
        string? peer = Environment.GetEnvironmentVariable(PeerVariable);
        if (peer is null)
        {
            Console.WriteLine($"  no other machine to compare with: {PeerVariable} is not set");
        }
        IVmProgram world = MakeWorld(code);
        run.WarmUp([.. _calls.Select(
            call => (Action)(() => Ask(world, Input(call.Selector, run.Pick(call.Full / 20, call.Quick)))))]);
        foreach ((string name, string selector, int full, int quick) in _calls)
        {
            Measure(run, world, peer, name, code, Input(selector, run.Pick(full, quick)));
        }
        return Task.CompletedTask;
    }

    private static string Input(string selector, int count) =>
        selector + count.ToString("x64", CultureInfo.InvariantCulture);

    private static void Measure(
        BenchmarkRun run, IVmProgram world, string? peer, string name, string code, string input)
    {
        PairedSeries speed = new();
        Answer ours = Ask(world, input);
        for (int round = 0; round < run.Rounds; round++)
        {
            Answer theirs = peer is null
                ? ours
                : AskPeer(peer, $"{name} {code} {input} {CallGas} {run.Pick(3, 1)}");
            BenchmarkRun.Check(ours.Output, theirs.Output, $"the output of {name}");
            for (int i = 0; i < run.Pick(3, 1); i++)
            {
                Answer again = Ask(world, input);
                ours = i == 0 || again.Nanoseconds < ours.Nanoseconds ? again : ours;
            }
            speed.Add(
                ours.Gas * 1e3 / ours.Nanoseconds, peer is null ? double.NaN : ours.Gas * 1e3 / theirs.Nanoseconds);
        }
        run.Report(
            name, "Mgas/s", peer is null ? "nothing" : Path.GetFileName(peer.Split(' ')[^1]), speed,
            peer is null ? [] : [Goal.AtLeast("floor: ratio", 0.35, speed.Ratio.Median)], "processor time");
    }

    private static IVmProgram MakeWorld(string code)
    {
        (IVmEngine engine, IVmLanguage language) = BuiltInEngines.All.FindLanguage(".genesis")!.Value;
        string genesis = $$"""
            {
              "config": { "chainId": 1, "rules": "cancun" }, "gasLimit": "{{CallGas}}", "baseFeePerGas": "0",
              "alloc": { "0x{{Account}}": { "code": "0x{{code}}" } }
            }
            """;
        return engine.Load(language.Compile(genesis, VmLimits.Default), VmLimits.Default);
    }

    private static Answer Ask(IVmProgram world, string input)
    {
        DataHost host = new();
        IVmContainer machine = world.Start();
        string question = $$"""{"to":"0x{{Account}}","gas":"0x{{CallGas:x}}","data":"0x{{input}}"}""";
        machine.Enter(new VmEntry("call", Encoding.ASCII.GetBytes(question), ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        VmExit exit = machine.Run(ref gas, host);
        double spent = (Environment.CpuUsage.TotalTime - before).TotalNanoseconds;
        return exit is VmExit.Halted halted
            ? new Answer(Encoding.ASCII.GetString(halted.Output.Span)[2..], gas.Used / 10, spent)
            : throw new BenchmarkFailedException(exit is VmExit.Reverted reverted
                ? $"the call was refused: {Encoding.UTF8.GetString(reverted.Output.Span)}"
                : $"the call ended with {exit}");
    }

    private static Answer AskPeer(string command, string line)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using Process peer = Process.Start(new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        peer.StandardInput.WriteLine(line);
        peer.StandardInput.Close();
        string said = peer.StandardOutput.ReadToEnd();
        peer.WaitForExit();
        Answer? best = null;
        foreach (string answer in said.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = answer.Split(' ');
            BenchmarkRun.Check(parts[2], "ok", $"the peer's answer '{answer}'");
            double nanoseconds = double.Parse(parts[4], NumberFormatInfo.InvariantInfo);
            best = best is null || nanoseconds < best.Nanoseconds
                ? new Answer(parts[3], long.Parse(parts[1], NumberFormatInfo.InvariantInfo), nanoseconds)
                : best;
        }
        return best ?? throw new BenchmarkFailedException($"'{command}' answered nothing");
    }

    private sealed record Answer(string Output, long Gas, double Nanoseconds);
}
