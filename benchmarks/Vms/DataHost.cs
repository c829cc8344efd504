using System.Text;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>Keeps data in a dictionary and charges for it; has nothing else to offer.</summary>
internal sealed class DataHost : NullHost
{
    private readonly Dictionary<string, byte[]> _data = [];

    /// <summary>Bytes of all values that were ever put.</summary>
    public long BytesPut { get; private set; }

    public long Puts { get; private set; }

    public override HostStatus Get(ReadOnlySpan<byte> key, ref GasMeter gas, out ReadOnlyMemory<byte> value)
    {
        bool found = _data.TryGetValue(Encoding.Latin1.GetString(key), out byte[]? stored);
        value = stored;
        return !gas.TryCharge(GasSchedule.Get(key.Length) + GasSchedule.Copy(value.Length))
            ? HostStatus.OutOfGas
            : found ? HostStatus.Ok : HostStatus.NotFound;
    }

    public override HostStatus Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ref GasMeter gas)
    {
        if (!gas.TryCharge(GasSchedule.Put(key.Length, value.Length)))
        {
            return HostStatus.OutOfGas;
        }
        _data[Encoding.Latin1.GetString(key)] = value.ToArray();
        BytesPut += value.Length;
        Puts++;
        return HostStatus.Ok;
    }

    public override HostStatus Delete(ReadOnlySpan<byte> key, ref GasMeter gas) =>
        !gas.TryCharge(GasSchedule.Delete(key.Length))
            ? HostStatus.OutOfGas
            : _data.Remove(Encoding.Latin1.GetString(key)) ? HostStatus.Ok : HostStatus.NotFound;
}
