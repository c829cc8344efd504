using Granary.Tests;

namespace Granary.Vms.Tests.Nock;

/// <summary>What samples/nock/README.md promises.</summary>
public sealed class NockSampleTests
{
    [Fact]
    public void The_counter_and_the_store_do_what_they_say()
    {
        NockWorld world = new(Read("store.executor"), 1);
        foreach (string name in new[] { "zero", "count", "stock", "move" })
        {
            world.Submit(name, Compile(name), "");
            world.Run();
        }
        Assert.Equal("1\n", world.Ask("get", "[%counter 0]"));
        Assert.Equal("0\n", world.Ask("at", "[1 %counter 0]"));
        Assert.Equal("7\n", world.Ask("get", "[%sold %apples 0]"));
        Assert.Equal(4, world.Ask("list", "").Split('\n').Count(l => l.Contains(", ok,", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_slow_counter_counts_when_it_counts_less_far()
    {
        NockWorld world = new(Read("store.executor"), 2);
        world.Submit("zero", Compile("zero"), "");
        world.Run();
        string text = Read("slow.nock").Replace("100.000.000", "1.000", StringComparison.Ordinal);
        world.Submit("slow", NockTestRun.Engine.Languages[0].Compile(text, VmLimits.Default), "");
        Assert.Contains(", ok,", world.Run()["slow"], StringComparison.Ordinal);
        Assert.Equal("1\n", world.Ask("get", "[%counter 0]"));
    }

    [Fact]
    public void The_gate_doubles() => Assert.Contains(
        "Halted", new NockTestRun(Compile("double"), "text", "21"u8.ToArray()).Run(), StringComparison.Ordinal);

    private static byte[] Compile(string name) =>
        NockTestRun.Engine.Languages[0].Compile(Read($"{name}.nock"), VmLimits.Default);

    private static string Read(string file) =>
        File.ReadAllText(Path.Combine(VectorFolders.RepositoryRoot(), "samples", "nock", file));
}
