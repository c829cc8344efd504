using System.Text;
using Granary.Tests;
using Granary.Vms.Script;

namespace Granary.Vms.Tests.Script;

public sealed class ScriptSamplesTests
{
    private static readonly string Folder = Path.Combine(VectorFolders.RepositoryRoot(), "samples", "script");

    private readonly TestHost _host = new(VmLimits.Default);

    [Fact]
    public void Each_sample_assembles_and_says_how_to_run_it()
    {
        string[] samples = Directory.GetFiles(Folder, "*.gscript");
        Assert.NotEmpty(samples);
        Assert.All(samples, path =>
        {
            Load(Path.GetFileNameWithoutExtension(path));
            string command = $"# granary run samples/script/{Path.GetFileName(path)}";
            Assert.Contains(File.ReadAllLines(path), l => l.StartsWith(command, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void The_examples_of_the_language_reference_assemble()
    {
        string readme = File.ReadAllText(Path.Combine(VectorFolders.RepositoryRoot(), "Vms", "Script", "README.md"));
        string[] parts = readme.Split("```");
        Assert.True(parts.Length > 3, "The reference has no two examples.");
        for (int i = 1; i < parts.Length; i += 2)
        {
            ScriptAssembler.Assemble(parts[i], VmLimits.Default);
        }
    }

    [Fact]
    public void The_counter_keeps_its_number()
    {
        Assert.Equal("halted 0", Send("counter", "start", ""));
        Assert.Equal("halted 5", Send("counter", "add", "5"));
        Assert.Equal("halted 3", Send("counter", "add", "-2"));
        Assert.Equal("halted 3", Send("counter", "start", ""));
        Assert.StartsWith("reverted ", Send("counter", "add", "many"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_echo_echoes() => Assert.Equal("halted hello", Send("echo", "start", "hello"));

    [Fact]
    public void The_inbox_stores_each_number_once()
    {
        Assert.Equal("halted 1", Send("inbox", "put", "10"));
        Assert.Equal("halted 2", Send("inbox", "put", "9"));
        Assert.Equal("reverted Already stored: 10", Send("inbox", "put", "10"));
        Assert.Equal("halted 2", Send("inbox", "start", ""));
        Assert.StartsWith("reverted ", Send("inbox", "put", "-1"), StringComparison.Ordinal);
        Assert.Equal(["count", "n/0000000000000000009", "n/0000000000000000010"], _host.Data.Keys.Select(Text));
    }

    [Theory]
    [InlineData("ping", "pong")]
    [InlineData("pong", "ping")]
    public void The_pair_counts_to_ten(string first, string second)
    {
        Assert.Equal($"reverted There is no port '{second}'.", Send(first, "start", ""));
        _host.Prints.Clear();
        _host.Ports.Add(second, second);
        IVmContainer machine = Load(first).Start();
        machine.Enter(new VmEntry("start", default, ""));
        VmExit exit = Run(machine);
        while (exit is VmExit.Suspended)
        {
            string answer = Send(second, _host.Sends[^1].Entry, Text(_host.Sends[^1].Payload));
            machine.Resume(new VmAnswer.Replied(ReplyStatus.Ok, Encoding.UTF8.GetBytes(answer["halted ".Length..])));
            exit = Run(machine);
        }
        Assert.Equal("halted 10", Show(exit));
        Assert.Equal(Enumerable.Range(1, 10).Select(n => $"{n}"), _host.Prints.Select(Text));
    }

    [Fact]
    public void The_timer_ticks_for_ever()
    {
        IVmContainer machine = Load("timer").Start();
        machine.Enter(new VmEntry("", default, ""));
        for (int tick = 1; tick <= 5; tick++)
        {
            Assert.Equal(new VmExit.Suspended(new HostRequest.Sleep(1_000)), Run(machine));
            Assert.Equal($"tick {tick}", Text(_host.Prints[^1]));
            machine.Resume(VmAnswer.Slept.Instance);
        }
    }

    private string Send(string sample, string entry, string payload)
    {
        IVmContainer machine = Load(sample).Start();
        machine.Enter(new VmEntry(entry, Encoding.UTF8.GetBytes(payload), "k"));
        return Show(Run(machine));
    }

    private VmExit Run(IVmContainer machine)
    {
        GasMeter gas = new(GasMeter.Unlimited, 1_000_000);
        return machine.Run(ref gas, _host);
    }

    private static IVmProgram Load(string sample)
    {
        string source = File.ReadAllText(Path.Combine(Folder, sample + ".gscript"));
        ScriptEngine engine = new();
        return engine.Load(engine.Languages[0].Compile(source, VmLimits.Default), VmLimits.Default);
    }

    private static string Show(VmExit exit) => exit switch
    {
        VmExit.Halted halted => $"halted {Text(halted.Output.ToArray())}",
        VmExit.Reverted reverted => $"reverted {Text(reverted.Output.ToArray())}",
        _ => exit.ToString(),
    };

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
