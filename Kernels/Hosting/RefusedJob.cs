namespace Granary.Kernels;

/// <summary>Tells a kernel that a receiver cannot take its messages now.</summary>
public sealed class RefusedJob(KernelId receiver) : ShellJob
{
    public override bool IsAwaited => false;

    public override void Execute(KernelShell shell, Kernel kernel) => shell.Refused(receiver);
}
