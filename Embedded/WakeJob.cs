using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>The wake clock has gone off for a kernel.</summary>
internal sealed class WakeJob : DueJob
{
    public override void Execute(KernelShell shell, Kernel kernel)
    {
        base.Execute(shell, kernel);
        // It may have come too early, if the clock was set back: then it is set again.
        ((KernelMailbox)shell.Owner).ForgetWake();
    }
}
