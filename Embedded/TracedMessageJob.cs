using System.Diagnostics;
using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>A message from another kernel of this host, with a span.</summary>
internal sealed class TracedMessageJob(IKernelRoutes routes, Envelope message) : KernelMessageJob(routes, message)
{
    public override void Execute(KernelShell shell, Kernel kernel)
    {
        using Activity? span = EmbeddedTelemetry.Start("receive", ActivityKind.Consumer, Message.Trace);
        base.Execute(shell, kernel);
        span?.SetTag("granary.kernel", kernel.Id.Value).SetTag("granary.delivery", Status.ToString());
    }
}
