using System.Text;

namespace Granary.Vms.Mova.Tests;

/// <summary>A host that prints, and charges for it as a kernel does. Mova calls nothing else.</summary>
internal sealed class MovaTestHost : IVmHost
{
    private readonly StringBuilder _printed = new();

    public string Printed => _printed.ToString();

    /// <summary>What Print answers from now on, when it is not Ok.</summary>
    public HostStatus PrintStatus { get; set; } = HostStatus.Ok;

    public HostStatus Print(ReadOnlySpan<byte> text, ref GasMeter gas)
    {
        if (PrintStatus != HostStatus.Ok)
        {
            return PrintStatus;
        }
        if (!gas.TryCharge(GasSchedule.Print(text.Length)))
        {
            return HostStatus.OutOfGas;
        }
        _printed.Append(Encoding.UTF8.GetString(text));
        return HostStatus.Ok;
    }

    public HostStatus Get(ReadOnlySpan<byte> key, ref GasMeter gas, out ReadOnlyMemory<byte> value) => throw Never();

    public HostStatus Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ref GasMeter gas) => throw Never();

    public HostStatus Delete(ReadOnlySpan<byte> key, ref GasMeter gas) => throw Never();

    public HostStatus Next(ReadOnlySpan<byte> after, ref GasMeter gas,
        out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value) => throw Never();

    public HostStatus Send(in VmMessage message, ref GasMeter gas) => throw Never();

    public HostStatus Call(in VmMessage message, ref GasMeter gas, out ulong callId) => throw Never();

    public HostStatus Broadcast(in VmMessage message, ref GasMeter gas, out int count) => throw Never();

    public HostStatus Reply(ReadOnlySpan<byte> payload, ReadOnlySpan<string> ports, ref GasMeter gas) => throw Never();

    public HostStatus Arrived(ref GasMeter gas, out int portCount, out long firedCount) => throw Never();

    public HostStatus BindPort(string name, int arrived, ref GasMeter gas) => throw Never();

    public HostStatus UnbindPort(string name, ref GasMeter gas) => throw Never();

    public HostStatus OpenPort(string name, ref GasMeter gas) => throw Never();

    public HostStatus RevokePort(string name, ref GasMeter gas) => throw Never();

    public HostStatus SetTimer(in VmTimer timer, ref GasMeter gas) => throw Never();

    public HostStatus ClearTimer(string name, ref GasMeter gas) => throw Never();

    public HostStatus Emit(string topic, ReadOnlySpan<byte> payload, ref GasMeter gas) => throw Never();

    public HostStatus Log(ReadOnlySpan<byte> text, ref GasMeter gas) => throw Never();

    public HostStatus Random(ref GasMeter gas, out ulong value) => throw Never();

    public HostStatus Time(ref GasMeter gas, out long unixMilliseconds) => throw Never();

    private static InvalidOperationException Never() => new("Mova made a host call that it does not have.");
}
