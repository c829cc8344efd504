using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>Takes output, counts it and forgets it; has nothing else to offer.</summary>
internal class NullHost : IVmHost
{
    public long Prints { get; private set; }

    public long PrintedBytes { get; private set; }

    public HostStatus Print(ReadOnlySpan<byte> text, ref GasMeter gas)
    {
        if (!gas.TryCharge(GasSchedule.Print(text.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Prints++;
        PrintedBytes += text.Length;
        return HostStatus.Ok;
    }

    public virtual HostStatus Get(ReadOnlySpan<byte> key, ref GasMeter gas, out ReadOnlyMemory<byte> value)
    {
        value = default;
        return HostStatus.NotFound;
    }

    public virtual HostStatus Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ref GasMeter gas) =>
        HostStatus.LimitExceeded;

    public virtual HostStatus Delete(ReadOnlySpan<byte> key, ref GasMeter gas) => HostStatus.NotFound;

    public HostStatus Next(
        ReadOnlySpan<byte> after, ref GasMeter gas, out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value)
    {
        (key, value) = (default, default);
        return HostStatus.NotFound;
    }

    public HostStatus Send(in VmMessage message, ref GasMeter gas) => HostStatus.NoSuchPort;

    public HostStatus Call(in VmMessage message, ref GasMeter gas, out ulong callId)
    {
        callId = 0;
        return HostStatus.NoSuchPort;
    }

    public HostStatus Broadcast(in VmMessage message, ref GasMeter gas, out int count)
    {
        count = 0;
        return HostStatus.NoSuchPort;
    }

    public HostStatus Reply(ReadOnlySpan<byte> payload, ReadOnlySpan<string> ports, ref GasMeter gas) =>
        HostStatus.NothingToReplyTo;

    public HostStatus Arrived(ref GasMeter gas, out int portCount, out long firedCount)
    {
        (portCount, firedCount) = (0, 0);
        return HostStatus.Ok;
    }

    public HostStatus BindPort(string name, int arrived, ref GasMeter gas) => HostStatus.NotFound;

    public HostStatus UnbindPort(string name, ref GasMeter gas) => HostStatus.NoSuchPort;

    public HostStatus OpenPort(string name, ref GasMeter gas) => HostStatus.LimitExceeded;

    public HostStatus RevokePort(string name, ref GasMeter gas) => HostStatus.NoSuchPort;

    public HostStatus SetTimer(in VmTimer timer, ref GasMeter gas) => HostStatus.LimitExceeded;

    public HostStatus ClearTimer(string name, ref GasMeter gas) => HostStatus.NotFound;

    public HostStatus Emit(string topic, ReadOnlySpan<byte> payload, ref GasMeter gas) => HostStatus.LimitExceeded;

    public HostStatus Log(ReadOnlySpan<byte> text, ref GasMeter gas) => HostStatus.LimitExceeded;

    public HostStatus Random(ref GasMeter gas, out ulong value)
    {
        value = 0;
        return HostStatus.Ok;
    }

    public HostStatus Time(ref GasMeter gas, out long unixMilliseconds)
    {
        unixMilliseconds = 0;
        return HostStatus.Ok;
    }
}
