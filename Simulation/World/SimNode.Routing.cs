using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation;

/// <content>What comes and goes.</content>
internal sealed partial class SimNode
{
    private const int HopsMax = 4;

    /// <summary>What comes over the wire.</summary>
    public void Receive(SimPacket packet)
    {
        switch (packet)
        {
            case SimPacket.Message message:
                Deliver(message.Envelope.To, packet, MakeJob(message.Envelope));
                break;
            case SimPacket.Acknowledge ack:
                Deliver(ack.Sender, packet,
                    new AcknowledgeJob(ack.Receiver, ack.Generation, ack.Number, ack.Status));
                break;
            case SimPacket.Refuse refuse:
                Deliver(refuse.Sender, packet, new RefusedJob(refuse.Receiver));
                break;
            case SimPacket.Request request:
                Deliver(request.Envelope.To, packet, new SimRequestJob(this, request));
                break;
            case SimPacket.Arrive arrive:
                Deliver(arrive.Kernel, packet, new DueJob());
                break;
            case SimPacket.Response:
                throw new InvalidOperationException("A response goes to a client.");
        }
    }

    public void Send(Envelope message) => Route(message.To, new SimPacket.Message(message));

    public void Acknowledge(
        KernelId sender, KernelId receiver, ulong generation, ulong number, ReplyStatus status) =>
        Route(sender, World.Doubles.Undisguise(
            new SimPacket.Acknowledge(sender, receiver, generation, number, status)));

    public void Refuse(KernelId sender, KernelId receiver) => Route(sender, new SimPacket.Refuse(sender, receiver));

    public void Publish(ShellCommit commit, Effect effect)
    {
    }

    public void Answer(SimPacket.Request request, CallResult? result, bool failed) => World.Network.Send(
        Index, request.Client.End, new SimPacket.Response(request.Client, request.Number, result, failed));

    private void Route(KernelId kernel, SimPacket packet)
    {
        int place = _live.ContainsKey(kernel) ? Index : _places.GetValueOrDefault(kernel, -1);
        if (place == Index)
        {
            After(1, () => Receive(packet));
        }
        else if (place >= 0)
        {
            World.Network.Send(Index, place, packet);
        }
        else
        {
            ReturnUnknown(packet);
        }
    }

    /// <summary>Nobody knows the kernel: whether it exists, the store says.</summary>
    private void ReturnUnknown(SimPacket packet)
    {
        if (packet is SimPacket.Message { Envelope: { } message })
        {
            World.Store.Request(
                this, () => Sync(World.Store.Medium.FindAsync(message.To)),
                found =>
                {
                    if (found is null)
                    {
                        Acknowledge(message.From, message.To, message.FromGeneration, message.Number,
                            ReplyStatus.NoSuchKernel);
                    }
                },
                static _ => { });
        }
    }

    private void Deliver(KernelId kernel, SimPacket packet, ShellJob job)
    {
        if (TryAsk(kernel, job))
        {
            return;
        }
        int place = _places.GetValueOrDefault(kernel, -1);
        if (packet.Hops < HopsMax && place >= 0)
        {
            World.Trace.Add(World.Now, SimEvent.PacketForwarded, Index, kernel.Value, place);
            World.Network.Send(Index, place, packet with { Hops = packet.Hops + 1 });
        }
        else
        {
            World.Trace.Add(World.Now, SimEvent.PacketLost, Index, kernel.Value, place);
        }
    }

    private KernelMessageJob MakeJob(Envelope message) => World.Options.Sabotage switch
    {
        SimSabotage.RefusedIsAcknowledged => new AcknowledgingJob(this, message),
        SimSabotage.DuplicatesTaken => new KernelMessageJob(this, World.Doubles.Disguise(message)),
        _ => new KernelMessageJob(this, message),
    };

    /// <summary>Sabotage: what it could not take counts as taken.</summary>
    private sealed class AcknowledgingJob(SimNode node, Envelope message) : KernelMessageJob(node, message)
    {
        public override void Complete() => node.Acknowledge(
            Message.From, Message.To, Message.FromGeneration, Message.Number, ReplyStatus.Ok);
    }
}
