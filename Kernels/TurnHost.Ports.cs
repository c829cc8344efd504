using System.Text;
using Granary.Vms;

namespace Granary.Kernels;

/// <content>Ports and timers.</content>
internal sealed partial class TurnHost
{
    private int? _portCount;

    /// <summary>The number of the last port that the program made to its own kernel; never goes back.</summary>
    public ulong LastGrant { get; set; }

    public HostStatus Arrived(ref GasMeter gas, out int portCount, out long firedCount)
    {
        (portCount, firedCount) = (Run.Arrived.Count, (long)(Run.Message?.FiredCount ?? 0));
        return gas.TryCharge(GasSchedule.Arrived) ? HostStatus.Ok : HostStatus.OutOfGas;
    }

    public HostStatus BindPort(string name, int arrived, ref GasMeter gas)
    {
        if ((uint)arrived >= (uint)Run.Arrived.Count)
        {
            return Refuse(HostStatus.NotFound, GasSchedule.Get(0), ref gas);
        }
        return Bind(name, Run.Arrived[arrived], ref gas);
    }

    public HostStatus UnbindPort(string name, ref GasMeter gas)
    {
        if (!IsName(name))
        {
            return HostStatus.LimitExceeded;
        }
        if (!TryGetPort(name, out _))
        {
            return Refuse(HostStatus.NoSuchPort, GasSchedule.Get(name.Length), ref gas);
        }
        if (!gas.TryCharge(GasSchedule.Port(name.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Unbind(name);
        return HostStatus.Ok;
    }

    public HostStatus OpenPort(string name, ref GasMeter gas)
    {
        if (!HasRoom(1, 0) || books.Grants.Count + Pending.Grants.Count >= limits.PortsMax)
        {
            return HostStatus.LimitExceeded;
        }
        HostStatus status = Bind(name, new Port(id, LastGrant + 1), ref gas);
        if (status == HostStatus.Ok)
        {
            Pending.Grants[++LastGrant] = true;
            Record(EffectTag.PortOpened, Encoding.ASCII.GetBytes(name));
        }
        return status;
    }

    public HostStatus RevokePort(string name, ref GasMeter gas)
    {
        if (!IsName(name) || !HasRoom(1, 0))
        {
            return HostStatus.LimitExceeded;
        }
        if (!TryGetPort(name, out Port port) || port.Target != id || port.Grant == 0)
        {
            return Refuse(HostStatus.NoSuchPort, GasSchedule.Get(name.Length), ref gas);
        }
        if (!gas.TryCharge(GasSchedule.Port(name.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Unbind(name);
        Pending.Grants[port.Grant] = false;
        Record(EffectTag.PortRevoked, Encoding.ASCII.GetBytes(name));
        return HostStatus.Ok;
    }

    public HostStatus SetTimer(in VmTimer timer, ref GasMeter gas)
    {
        if (!IsName(timer.Name) || (timer.Entry.Length > 0 && !IsName(timer.Entry))
            || timer.Payload.Length > _vm.PayloadBytesMax || !HasRoom(1, timer.Payload.Length)
            || timer.DelayMilliseconds < 0
            || timer.PeriodMilliseconds < 0 || timer.Gas < 0
            || (!HasTimer(timer.Name) && TimerCount() >= limits.TimersMax))
        {
            return HostStatus.LimitExceeded;
        }
        if (!gas.TryCharge(GasSchedule.Timer(timer.Payload.Length)))
        {
            return HostStatus.OutOfGas;
        }
        KernelTimer set = new(
            Run.TurnTime + Math.Min(timer.DelayMilliseconds, KernelTimer.MillisecondsMax),
            Math.Min(timer.PeriodMilliseconds, KernelTimer.MillisecondsMax), timer.Entry, timer.Payload.ToArray(),
            timer.Gas);
        Pending.SetTimer(timer.Name, set);
        Record(EffectTag.TimerSet, Encoding.ASCII.GetBytes(timer.Name));
        Record(EffectTag.TimerSet, set.Encode());
        return HostStatus.Ok;
    }

    public HostStatus ClearTimer(string name, ref GasMeter gas)
    {
        if (!IsName(name) || !HasRoom(1, 0))
        {
            return HostStatus.LimitExceeded;
        }
        if (!HasTimer(name))
        {
            return Refuse(HostStatus.NotFound, GasSchedule.Get(name.Length), ref gas);
        }
        if (!gas.TryCharge(GasSchedule.Timer(0)))
        {
            return HostStatus.OutOfGas;
        }
        Pending.SetTimer(name, null);
        Record(EffectTag.TimerCleared, Encoding.ASCII.GetBytes(name));
        return HostStatus.Ok;
    }

    /// <summary>The ports were changed by somebody else, or another tree has come.</summary>
    public void ForgetPortCount() => _portCount = null;

    private HostStatus Bind(string name, Port port, ref GasMeter gas)
    {
        if (!IsName(name))
        {
            return HostStatus.LimitExceeded;
        }
        if (TryGetPort(name, out _))
        {
            return Refuse(HostStatus.PortTaken, GasSchedule.Get(name.Length), ref gas);
        }
        _portCount ??= Work.Range(TreeKeys.Of(TreeKeys.Ports)).Count();
        if (_portCount >= limits.PortsMax)
        {
            return HostStatus.LimitExceeded;
        }
        if (!gas.TryCharge(GasSchedule.Port(name.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Work = Work.Put(TreeKeys.Of(TreeKeys.Ports + name), port.Encode());
        _portCount++;
        return HostStatus.Ok;
    }

    private void Unbind(string name)
    {
        Work = Work.Delete(TreeKeys.Of(TreeKeys.Ports + name));
        _portCount--;
    }

    /// <summary>The ports of these names. On any other status, <paramref name="cost"/> is what looking cost.</summary>
    private HostStatus FindPorts(ReadOnlySpan<string> names, out Port[] ports, out long cost)
    {
        ports = names.Length == 0 ? [] : new Port[names.Length];
        cost = 0;
        for (int i = 0; i < names.Length; i++)
        {
            if (!IsName(names[i]))
            {
                return HostStatus.LimitExceeded;
            }
            cost += GasSchedule.Attach(names[i].Length);
            if (!TryGetPort(names[i], out ports[i]))
            {
                return HostStatus.NoSuchPort;
            }
        }
        return HostStatus.Ok;
    }

    private bool TryGetPort(string name, out Port port)
    {
        bool found = Work.TryGet(TreeKeys.Of(TreeKeys.Ports + name), out ReadOnlyMemory<byte> stored);
        port = found ? Port.Decode(stored.Span) : default;
        return found;
    }

    private bool HasTimer(string name) =>
        Pending.Timers.TryGetValue(name, out KernelTimer? pending) ? pending is not null
            : books.Timers.TryGet(name, out _);

    private int TimerCount()
    {
        int count = books.Timers.Count;
        foreach ((string name, KernelTimer? timer) in Pending.Timers)
        {
            bool isStored = books.Timers.TryGet(name, out _);
            count += (timer is not null ? 1 : 0) - (isStored ? 1 : 0);
        }
        return count;
    }
}
