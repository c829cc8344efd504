namespace Granary.Vms.Tests;

/// <summary>Messages and timers.</summary>
internal sealed partial class TestHost
{
    private ulong _lastCallId;

    public List<TestMessage> Sends { get; } = [];

    public List<TestReply> Replies { get; } = [];

    public SortedDictionary<string, TestTimer> Timers { get; } = new(StringComparer.Ordinal);

    /// <summary>True while the message being handled is a call that has no reply yet.</summary>
    public bool CanReply { get; set; } = true;

    public HostStatus Send(in VmMessage message, ref GasMeter gas) => TrySend(message, [message.Port], ref gas, 0);

    public HostStatus Call(in VmMessage message, ref GasMeter gas, out ulong callId)
    {
        HostStatus status = TrySend(message, [message.Port], ref gas, _lastCallId + 1);
        callId = status == HostStatus.Ok ? ++_lastCallId : 0;
        return status;
    }

    public HostStatus Broadcast(in VmMessage message, ref GasMeter gas, out int count)
    {
        string group = message.Port + ".";
        List<string> members = [.. Ports.Keys.Where(p => p.StartsWith(group, StringComparison.Ordinal))];
        HostStatus status = TrySend(message, members, ref gas, 0, GasSchedule.Next(message.Port.Length));
        count = status == HostStatus.Ok ? members.Count : 0;
        return status;
    }

    public HostStatus Reply(ReadOnlySpan<byte> payload, ReadOnlySpan<string> ports, ref GasMeter gas)
    {
        if (!CanReply)
        {
            return HostStatus.NothingToReplyTo;
        }
        if (payload.Length > limits.PayloadBytesMax || ports.Length > VmMessage.PortsMax)
        {
            return HostStatus.LimitExceeded;
        }
        if (!HoldsAll(ports, out long price))
        {
            return Refuse(HostStatus.NoSuchPort, price, ref gas);
        }
        if (!gas.TryCharge(GasSchedule.Reply(payload.Length) + price))
        {
            return HostStatus.OutOfGas;
        }
        CanReply = false;
        Replies.Add(new TestReply(payload.ToArray(), ports.ToArray()));
        return HostStatus.Ok;
    }

    public HostStatus SetTimer(in VmTimer timer, ref GasMeter gas)
    {
        if (!VmName.IsValid(timer.Name, limits) || timer.Entry.Length > limits.NameBytesMax
            || timer.Payload.Length > limits.PayloadBytesMax)
        {
            return HostStatus.LimitExceeded;
        }
        if (!gas.TryCharge(GasSchedule.Timer(timer.Payload.Length)))
        {
            return HostStatus.OutOfGas;
        }
        Timers[timer.Name] = new TestTimer(
            timer.Entry, timer.Payload.ToArray(), timer.DelayMilliseconds, timer.PeriodMilliseconds, timer.Gas);
        return HostStatus.Ok;
    }

    public HostStatus ClearTimer(string name, ref GasMeter gas)
    {
        if (!Timers.ContainsKey(name))
        {
            return Refuse(HostStatus.NotFound, GasSchedule.Get(name.Length), ref gas);
        }
        if (!gas.TryCharge(GasSchedule.Timer(0)))
        {
            return HostStatus.OutOfGas;
        }
        Timers.Remove(name);
        return HostStatus.Ok;
    }

    private HostStatus TrySend(
        in VmMessage message, List<string> receivers, ref GasMeter gas, ulong callId, long price = 0)
    {
        if (message.Payload.Length > limits.PayloadBytesMax || message.Entry.Length > limits.NameBytesMax
            || message.Ports.Length > VmMessage.PortsMax)
        {
            return HostStatus.LimitExceeded;
        }
        if (receivers.Exists(r => !Ports.ContainsKey(r)))
        {
            return Refuse(HostStatus.NoSuchPort, GasSchedule.Get(message.Port.Length), ref gas);
        }
        if (!HoldsAll(message.Ports, out long attached))
        {
            return Refuse(HostStatus.NoSuchPort, attached, ref gas);
        }
        // Wide, because the sum of a hostile amount and a price can overflow.
        Int128 each = (Int128)message.Gas + GasSchedule.Send(message.Payload.Length) + attached;
        Int128 all = price + (receivers.Count * each);
        if (all > long.MaxValue || !gas.TryCharge((long)all))
        {
            return HostStatus.OutOfGas;
        }
        foreach (string receiver in receivers)
        {
            Sends.Add(new TestMessage(receiver, message.Entry, message.Payload.ToArray(), message.Gas, callId)
            {
                Timeout = message.TimeoutMilliseconds,
                Ports = message.Ports.ToArray(),
            });
        }
        return HostStatus.Ok;
    }
}
