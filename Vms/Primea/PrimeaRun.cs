namespace Granary.Vms.Primea;

/// <summary>A machine with its meter and its host, for one slice. Everything is charged before it is done.</summary>
internal readonly ref struct PrimeaRun
{
    private readonly ref GasMeter _gas;
    private readonly IVmHost _host;

    public PrimeaRun(PrimeaProgram program, PrimeaState state, IVmHost host, ref GasMeter gas)
    {
        Program = program;
        State = state;
        _host = host;
        _gas = ref gas;
    }

    public PrimeaProgram Program { get; }

    public PrimeaState State { get; }

    public PrimeaWorld World => State.World;

    public bool SliceOver => _gas.SliceOver;

    public void Charge(long gas)
    {
        if (!_gas.TryCharge(gas))
        {
            throw new PrimeaTrapException(TrapKind.OutOfGas, "gas");
        }
    }

    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        HostStatus status = _host.Get(key, ref _gas, out value);
        return status != HostStatus.NotFound && Check(status, "data");
    }

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Check(_host.Put(key, value, ref _gas), "data");

    public void Delete(ReadOnlySpan<byte> key)
    {
        HostStatus status = _host.Delete(key, ref _gas);
        if (status != HostStatus.NotFound)
        {
            Check(status, "data");
        }
    }

    /// <summary>
    /// Hands what an actor sent to the driver to the host: through the port <c>egress</c> when the kernel holds one,
    /// else as an event.
    /// </summary>
    public void Egress(PrimeaMessage message)
    {
        HostStatus status = _host.Send(
            new VmMessage(PrimeaEgress.Name, PrimeaEgress.Name, message.Body.Span, message.Gas), ref _gas);
        if (status == HostStatus.NoSuchPort)
        {
            status = _host.Emit(PrimeaEgress.Name, message.Body.Span, ref _gas);
        }
        Check(status, PrimeaEgress.Name);
    }

    /// <summary>Adds to what the machine holds in memory.</summary>
    public void Hold(long bytes)
    {
        if (State.HeldBytes + bytes > Program.HeldBytesMax)
        {
            throw new PrimeaTrapException(
                TrapKind.LimitExceeded, $"messages and loaded storage over {Program.HeldBytesMax} bytes");
        }
        State.HeldBytes += bytes;
    }

    private static bool Check(HostStatus status, string what) => status switch
    {
        HostStatus.Ok => true,
        HostStatus.OutOfGas => throw new PrimeaTrapException(TrapKind.OutOfGas, what),
        _ => throw new PrimeaTrapException(TrapKind.LimitExceeded, $"{what}: refused by the kernel"),
    };
}

/// <summary>The driver: an id of one zero byte, to which actors send what is for the outside.</summary>
internal static class PrimeaEgress
{
    public const string Name = "egress";
    public const string IdText = "00";
}
