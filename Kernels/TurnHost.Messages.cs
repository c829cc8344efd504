using Granary.Vms;

namespace Granary.Kernels;

/// <content>What goes to other kernels.</content>
internal sealed partial class TurnHost
{
    public HostStatus Send(in VmMessage message, ref GasMeter gas) =>
        Post(MessageKind.Send, message, ref gas, out _);

    public HostStatus Call(in VmMessage message, ref GasMeter gas, out ulong callId) =>
        Post(MessageKind.Call, message, ref gas, out callId);

    public HostStatus Broadcast(in VmMessage message, ref GasMeter gas, out int count)
    {
        count = 0;
        if (!IsWellFormed(message))
        {
            return HostStatus.LimitExceeded;
        }
        List<Port> group = [];
        foreach ((_, ReadOnlyMemory<byte> port) in Work.Range(TreeKeys.Of(TreeKeys.Ports + message.Port + ".")))
        {
            group.Add(Port.Decode(port.Span));
            if (!MaySend(group.Count, (long)group.Count * message.Payload.Length))
            {
                return HostStatus.LimitExceeded;
            }
        }
        if (FindPorts(message.Ports, out Port[] ports, out long cost) is var status and not HostStatus.Ok)
        {
            return Refuse(status, cost, ref gas);
        }
        // Wide from the start, because the sum of a hostile amount and a price can overflow.
        Int128 each = (Int128)message.Gas + GasSchedule.Send(message.Payload.Length) + cost;
        Int128 all = GasSchedule.Next(message.Port.Length) + (group.Count * each);
        if (all > long.MaxValue || !gas.TryCharge((long)all))
        {
            return HostStatus.OutOfGas;
        }
        byte[] payload = message.Payload.ToArray();
        foreach (Port port in group)
        {
            Enqueue(MessageKind.Send, port, message, payload, ports);
        }
        count = group.Count;
        return HostStatus.Ok;
    }

    public HostStatus Reply(ReadOnlySpan<byte> payload, ReadOnlySpan<string> ports, ref GasMeter gas)
    {
        if (Run.Message is not { Kind: MessageKind.Call } || Run.Replied || Pending.Reply is not null)
        {
            return HostStatus.NothingToReplyTo;
        }
        if (payload.Length > _vm.PayloadBytesMax || !HasRoom(0, payload.Length) || ports.Length > VmMessage.PortsMax)
        {
            return HostStatus.LimitExceeded;
        }
        if (FindPorts(ports, out Port[] attached, out long cost) is var status and not HostStatus.Ok)
        {
            return Refuse(status, cost, ref gas);
        }
        if (!gas.TryCharge(GasSchedule.Reply(payload.Length) + cost))
        {
            return HostStatus.OutOfGas;
        }
        Pending.Reply = payload.ToArray();
        Pending.ReplyPorts = attached;
        Pending.Bytes += payload.Length;
        Record(EffectTag.Reply, payload);
        foreach (Port port in attached)
        {
            Record(EffectTag.ReplyPort, port.Encode());
        }
        return HostStatus.Ok;
    }

    private HostStatus Post(MessageKind kind, in VmMessage message, ref GasMeter gas, out ulong callId)
    {
        callId = 0;
        if (!IsWellFormed(message))
        {
            return HostStatus.LimitExceeded;
        }
        if (!TryGetPort(message.Port, out Port to))
        {
            return Refuse(HostStatus.NoSuchPort, GasSchedule.Get(message.Port.Length), ref gas);
        }
        bool call = kind == MessageKind.Call;
        if (!MaySend(1, message.Payload.Length) || (call && OpenCallCount >= limits.OpenCallsMax))
        {
            return HostStatus.LimitExceeded;
        }
        if (FindPorts(message.Ports, out Port[] ports, out long cost) is var status and not HostStatus.Ok)
        {
            return Refuse(status, cost, ref gas);
        }
        cost += GasSchedule.Send(message.Payload.Length);
        if (message.Gas > long.MaxValue - cost || !gas.TryCharge(cost + message.Gas))
        {
            return HostStatus.OutOfGas;
        }
        callId = Enqueue(kind, to, message, message.Payload.ToArray(), ports);
        return HostStatus.Ok;
    }

    private ulong Enqueue(MessageKind kind, Port to, in VmMessage message, byte[] payload, Port[] ports)
    {
        GasMoved += message.Gas;
        bool call = kind == MessageKind.Call;
        IReadOnlyList<KernelId> chain = call ? [.. Run.Message?.CallChain ?? [], id] : [];
        Envelope envelope = new()
        {
            Kind = kind, From = id, FromGeneration = Generation, To = to.Target, Entry = message.Entry,
            Payload = payload, Gas = message.Gas, CallId = call ? ++LastCallId : 0, CallChain = chain,
            Trace = Run.Message?.Trace ?? "", Ports = ports, Grant = to.Grant, Deadline = DeadlineOf(message),
        };
        Record(EffectTag.Message, EnvelopeCodec.Encode(envelope));
        Pending.Bytes += payload.Length;
        if (call)
        {
            OpenCallCount++;
        }
        if (call && (chain.Contains(to.Target) || chain.Count > limits.CallDepthMax))
        {
            Pending.Cycles.Add(envelope);
        }
        else
        {
            Pending.Messages.Add(envelope);
        }
        return envelope.CallId;
    }

    /// <summary>Never later than that of the message being handled: who asked first waits no longer.</summary>
    private long? DeadlineOf(in VmMessage message)
    {
        long? inherited = Run.Message?.Deadline;
        if (message.TimeoutMilliseconds is not { } timeout)
        {
            return inherited;
        }
        long own = Run.TurnTime + Math.Clamp(timeout, 0, KernelTimer.MillisecondsMax);
        return inherited < own ? inherited : own;
    }

    private bool IsWellFormed(in VmMessage message) =>
        IsName(message.Port) && (message.Entry.Length == 0 || IsName(message.Entry))
        && message.Payload.Length <= _vm.PayloadBytesMax && message.Gas >= 0
        && message.Ports.Length <= VmMessage.PortsMax;

    private bool MaySend(int messages, long payloadBytes) =>
        HasRoom(messages, payloadBytes)
        && Run.OutboxCount + Pending.Messages.Count + messages <= limits.OutboxMessagesMax
        && Run.OutboxBytes + Pending.Bytes + payloadBytes <= limits.OutboxBytesMax;

    private static HostStatus Refuse(HostStatus status, long cost, ref GasMeter gas) =>
        gas.TryCharge(cost) ? status : HostStatus.OutOfGas;
}
