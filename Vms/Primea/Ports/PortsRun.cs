namespace Granary.Vms.Primea.Ports;

/// <summary>A world of ports with its meter, for one slice.</summary>
internal readonly ref struct PortsRun
{
    private readonly ref GasMeter _gas;

    public PortsRun(PrimeaProgram program, PortsWorld world, ref GasMeter gas)
    {
        Program = program;
        World = world;
        _gas = ref gas;
    }

    public PrimeaProgram Program { get; }

    public PortsWorld World { get; }

    public bool SliceOver => _gas.SliceOver;

    public void Charge(long gas)
    {
        if (!_gas.TryCharge(gas))
        {
            throw new PrimeaTrapException(TrapKind.OutOfGas, "gas");
        }
    }

    /// <summary>Adds to what the world holds.</summary>
    public void Hold(long bytes)
    {
        long max = Math.Min(PortsLimits.HeldBytesMax, Program.HeldBytesMax);
        if (bytes > 0 && World.HeldBytes + bytes > max)
        {
            throw new PrimeaTrapException(TrapKind.LimitExceeded, $"a world over {max} bytes");
        }
        World.HeldBytes += bytes;
    }

    /// <summary>Work, or sending: the clock of an instance goes on.</summary>
    public static void Advance(PortsInstance instance, long ticks)
    {
        if (instance.Ticks > PrimeaLimits.NumberMax - ticks)
        {
            throw new PrimeaTrapException(TrapKind.LimitExceeded, "the ticks of an instance are at their end");
        }
        instance.Ticks += ticks;
    }
}
