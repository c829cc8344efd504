namespace Granary.Vms.Tests;

/// <summary>Ports: names that stand for whom they lead to.</summary>
internal sealed partial class TestHost
{
    /// <summary>Whom ports of the kernel's own making lead to, with a number behind it.</summary>
    private const string Self = "self-";

    private int _lastOpened;

    /// <summary>Where the ports lead, by name.</summary>
    public SortedDictionary<string, string> Ports { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the ports lead that came with the last message or reply.</summary>
    public IReadOnlyList<string> ArrivedPorts { get; set; } = [];

    public long Fired { get; set; }

    public HostStatus Arrived(ref GasMeter gas, out int portCount, out long firedCount)
    {
        (portCount, firedCount) = (0, 0);
        if (!gas.TryCharge(GasSchedule.Arrived))
        {
            return HostStatus.OutOfGas;
        }
        (portCount, firedCount) = (ArrivedPorts.Count, Fired);
        return HostStatus.Ok;
    }

    public HostStatus BindPort(string name, int arrived, ref GasMeter gas) => arrived >= ArrivedPorts.Count
        ? Refuse(HostStatus.NotFound, GasSchedule.Get(0), ref gas)
        : Bind(name, ArrivedPorts[arrived], ref gas);

    public HostStatus UnbindPort(string name, ref GasMeter gas) => Unbind(name, Ports.ContainsKey(name), ref gas);

    public HostStatus OpenPort(string name, ref GasMeter gas)
    {
        HostStatus status = Bind(name, $"{Self}{_lastOpened + 1}", ref gas);
        _lastOpened += status == HostStatus.Ok ? 1 : 0;
        return status;
    }

    public HostStatus RevokePort(string name, ref GasMeter gas)
    {
        bool own = Ports.TryGetValue(name, out string? target) && target.StartsWith(Self, StringComparison.Ordinal);
        return Unbind(name, own, ref gas);
    }

    private HostStatus Bind(string name, string target, ref GasMeter gas)
    {
        if (Ports.ContainsKey(name))
        {
            return Refuse(HostStatus.PortTaken, GasSchedule.Get(name.Length), ref gas);
        }
        if (!gas.TryCharge(GasSchedule.Port(name.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Ports.Add(name, target);
        return HostStatus.Ok;
    }

    private HostStatus Unbind(string name, bool mayBe, ref GasMeter gas)
    {
        if (!mayBe)
        {
            return Refuse(HostStatus.NoSuchPort, GasSchedule.Get(name.Length), ref gas);
        }
        if (!gas.TryCharge(GasSchedule.Port(name.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Ports.Remove(name);
        return HostStatus.Ok;
    }

    /// <param name="price">Of finding them, up to the first that is not held.</param>
    private bool HoldsAll(ReadOnlySpan<string> ports, out long price)
    {
        price = 0;
        foreach (string port in ports)
        {
            price += GasSchedule.Attach(port.Length);
            if (!Ports.ContainsKey(port))
            {
                return false;
            }
        }
        return true;
    }

    private static HostStatus Refuse(HostStatus status, long price, ref GasMeter gas) =>
        gas.TryCharge(price) ? status : HostStatus.OutOfGas;
}
