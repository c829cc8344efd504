using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// A message from another kernel. It is acknowledged by the kernel's own effect, once it is durable; here only refusals
/// are told.
/// </summary>
public class KernelMessageJob(IKernelRoutes routes, Envelope message) : ShellJob
{
    public Envelope Message => message;

    public DeliveryStatus Status { get; private set; }

    public override void Execute(KernelShell shell, Kernel kernel) =>
        Status = kernel.Deliver(message, shell.Now).Status;

    public override void Complete()
    {
        if (Status is DeliveryStatus.InboxFull or DeliveryStatus.OutOfOrder)
        {
            routes.Refuse(message.From, message.To);
        }
    }

    public override void Fail(Exception error)
    {
        if (error is KernelHostException { Error: KernelHostError.NoSuchKernel })
        {
            routes.Acknowledge(
                message.From, message.To, message.FromGeneration, message.Number, ReplyStatus.NoSuchKernel);
        }
        else
        {
            routes.Refuse(message.From, message.To);
        }
    }
}
