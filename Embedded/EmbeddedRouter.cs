using System.Diagnostics;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Embedded;

/// <summary>
/// Performs the effects of durable commits: between kernels, wherever they are, and to watchers. What does not get
/// through is sent again by the sender's shell.
/// </summary>
internal sealed class EmbeddedRouter(EmbeddedHost host) : IShellEffects
{
    public void Send(Envelope message)
    {
        using Activity? span = EmbeddedTelemetry.Start("send", ActivityKind.Producer, message.Trace);
        span?.SetTag("granary.kernel", message.From.Value).SetTag("granary.to", message.To.Value);
        host.Reach.Send(message);
    }

    public void Acknowledge(
        KernelId sender, KernelId receiver, ulong generation, ulong number, ReplyStatus status) =>
        host.Reach.Acknowledge(sender, receiver, generation, number, status);

    public void Refuse(KernelId sender, KernelId receiver) => host.Reach.Refuse(sender, receiver);

    public void Publish(ShellCommit commit, Effect effect)
    {
        KernelStatus status = commit.Turn.Summary.Status;
        switch (effect)
        {
            case Effect.Emit emitted:
                host.Watchers.Publish(
                    commit.Id, KernelEventKind.Emitted, host.Now, emitted.Topic, emitted.Payload, status);
                break;
            case Effect.Print printed:
                host.Watchers.Publish(commit.Id, KernelEventKind.Printed, host.Now, "", printed.Text, status);
                break;
            case Effect.Log logged:
                host.Watchers.Publish(commit.Id, KernelEventKind.Logged, host.Now, "", logged.Text, status);
                break;
            case Effect.Ended ended:
                host.Watchers.PublishEnded(commit.Id, host.Now, ended, status);
                break;
        }
    }
}
