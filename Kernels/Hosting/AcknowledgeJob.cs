using Granary.Vms;

namespace Granary.Kernels;

/// <summary>Tells a kernel what became of a message that it sent.</summary>
public sealed class AcknowledgeJob(KernelId receiver, ulong generation, ulong number, ReplyStatus status) : ShellJob
{
    public override bool IsAwaited => false;

    public override void Execute(KernelShell shell, Kernel kernel) =>
        shell.Acknowledge(receiver, generation, number, status);
}
