namespace Granary.Kernels;

/// <summary>
/// Does nothing, and so finds out whether the activation is still the newest: for hosts to whom the store says that a
/// kernel has work which it does not know of.
/// </summary>
public sealed class ConfirmJob : ShellJob
{
    public override void Execute(KernelShell shell, Kernel kernel)
    {
    }
}
