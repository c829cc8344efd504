namespace Granary.Vms.Tests.Evm;

/// <summary>All that can be seen of a run: how it ended, what it cost, what it left behind.</summary>
internal sealed record EvmOutcome(string Exit, long Gas, string[] Data, string[] Emits, int Slices)
{
    public static EvmOutcome Of(
        EvmStateCase test, Func<long> slice, Func<bool> cuts, long messageGas = GasMeter.Unlimited) =>
        Of(test.Enter(), test.Host, slice, cuts, messageGas);

    /// <param name="program">Restores the machine; without it the world of the state tests does.</param>
    public static EvmOutcome Of(
        IVmContainer machine, TestHost host, Func<long> slice, Func<bool> cuts, long messageGas = GasMeter.Unlimited,
        IVmProgram? program = null)
    {
        long used = 0;
        int slices = 0;
        while (true)
        {
            GasMeter gas = new(slice(), messageGas == GasMeter.Unlimited ? messageGas : messageGas - used);
            VmExit exit = machine.Run(ref gas, host);
            used += gas.Used;
            slices++;
            if (exit is not VmExit.SliceEnded)
            {
                return new EvmOutcome(
                    EvmStateCase.Show(exit), used,
                    [.. host.Data.Select(p => Convert.ToHexString(p.Key) + "=" + Convert.ToHexString(p.Value))],
                    [.. host.Emits.Select(e => e.Topic + Convert.ToHexString(e.Payload))], slices);
            }
            if (cuts())
            {
                machine = SaveAndRestore(machine, program ?? EvmStateCase.World);
            }
        }
    }

    public void AssertSame(EvmOutcome other, string how)
    {
        Assert.True(Exit == other.Exit, $"{how}: {other.Exit} instead of {Exit}");
        Assert.True(Gas == other.Gas, $"{how}: gas {other.Gas} instead of {Gas}");
        Assert.Equal(Data, other.Data);
        Assert.Equal(Emits, other.Emits);
    }

    /// <summary>A machine that was carried elsewhere; what it saves there is the same.</summary>
    private static IVmContainer SaveAndRestore(IVmContainer machine, IVmProgram program)
    {
        SnapshotBuffer saved = new();
        machine.Save(saved);
        IVmContainer restored = program.Restore(saved);
        SnapshotBuffer again = new();
        restored.Save(again);
        Assert.True(saved.ContentEquals(again), "A restored machine saves something else.");
        return restored;
    }
}
