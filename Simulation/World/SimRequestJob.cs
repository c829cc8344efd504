using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>A client's message at the node of its kernel.</summary>
internal sealed class SimRequestJob(SimNode node, SimPacket.Request request)
    : ClientMessageJob(request.Envelope, request.OnlyIfKnown)
{
    public override void Fail(Exception error) => node.Answer(request, null, failed: true);

    protected override void OnAccepted(MessageAccepted accepted)
    {
        if (Message.Kind != MessageKind.Call)
        {
            node.Answer(request, null, failed: false);
        }
    }

    protected override void OnAnswered(CallResult? result) => node.Answer(request, result, failed: result is null);

    protected override void OnRefused(DeliveryStatus status) => node.Answer(request, null, failed: true);
}
