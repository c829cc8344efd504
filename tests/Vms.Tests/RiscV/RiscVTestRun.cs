using System.Security.Cryptography;
using System.Text;
using Granary.Vms.Tests;

namespace Granary.Vms.RiscV.Tests;

/// <summary>One program under test with its host; can be cut, saved and restored anywhere.</summary>
internal sealed class RiscVTestRun
{
    private readonly RiscVProgram _program;
    private RiscVContainer _container;

    public RiscVTestRun(RiscVEngine engine, byte[] elf, string[] arguments)
        : this((RiscVProgram)engine.Load(elf, VmLimits.Default), arguments)
    {
    }

    /// <summary>A machine that is none of the engines'.</summary>
    public RiscVTestRun(RiscVProfile profile, byte[] elf, string[] arguments)
        : this(new RiscVProgram(
            RiscVElf.Load(elf, profile, RiscVProfile.CkbMemoryBytes), elf, VmLimits.Default), arguments)
    {
    }

    private RiscVTestRun(RiscVProgram program, string[] arguments)
    {
        _program = program;
        _container = (RiscVContainer)_program.Start();
        byte[] payload = Encoding.UTF8.GetBytes(string.Concat(arguments.Select(a => a + "\0")));
        _container.Enter(new VmEntry(
            arguments.Length == 0 ? "" : RiscVProgram.ArgumentsEntry, payload, ""));
        LoadCycles = State.LoadCycles;
    }

    /// <summary>What loading costs; known before the run.</summary>
    public long LoadCycles { get; }

    public static RiscVEngine[] Engines { get; } = [RiscVEngine.Ckb0, RiscVEngine.Ckb1, RiscVEngine.Ckb2];

    public TestHost Host { get; } = new(VmLimits.Default);

    public RiscVState State => _container.State;

    public long GasUsed { get; private set; }

    /// <summary>The program's registers and memory, also after its end.</summary>
    public RiscVHart? Hart { get; private set; }

    public VmExit Run(long sliceGas = GasMeter.Unlimited, long messageGas = GasMeter.Unlimited)
    {
        Hart = State.Processes.Count > 0 ? State.Processes[0].Hart : Hart;
        GasMeter gas = new(sliceGas, messageGas);
        VmExit exit = _container.Run(ref gas, Host);
        GasUsed += gas.Used;
        return exit;
    }

    public SnapshotBuffer Save()
    {
        SnapshotBuffer buffer = new();
        _container.Save(buffer);
        return buffer;
    }

    /// <summary>As a migration does it: the machine goes on from its bytes.</summary>
    public void Replace() => _container = (RiscVContainer)_program.Restore(Save());

    public IEnumerable<string> Log => Host.Prints.Select(p => Encoding.UTF8.GetString(p).TrimEnd('\n'));

    /// <summary>
    /// Runs to the end in slices of the sizes given, restored from its bytes before each but the first.
    /// </summary>
    public VmExit RunInSlices(Func<long> nextSliceGas, long messageGas)
    {
        while (true)
        {
            VmExit exit = Run(nextSliceGas(), messageGas - GasUsed);
            if (exit is not VmExit.SliceEnded)
            {
                return exit;
            }
            Replace();
        }
    }

    /// <summary>Everything that may not depend on how a run was cut.</summary>
    public string Outcome(VmExit exit)
    {
        string end = exit switch
        {
            VmExit.Trapped trap => $"{trap.Kind} at {trap.Site}",
            _ => $"exit {ExitCode(exit)}",
        };
        string registers = string.Join(' ', Hart!.X[..RiscVHart.RegisterCount].Select(x => $"{x:x}"));
        string memory = Convert.ToHexStringLower(SHA256.HashData(Hart.Memory.Bytes));
        return $"{end}; pc {Hart.Pc:x}; gas {GasUsed}; cycles {State.Cycles}; {registers}; {memory}; "
            + string.Join('|', Log);
    }

    /// <summary>The exit code that an exit stands for, or null.</summary>
    public static int? ExitCode(VmExit exit) => exit switch
    {
        VmExit.Halted => 0,
        VmExit.Reverted reverted => int.Parse(
            Encoding.ASCII.GetString(reverted.Output.Span)["exit ".Length..],
            System.Globalization.NumberFormatInfo.InvariantInfo),
        _ => null,
    };
}
