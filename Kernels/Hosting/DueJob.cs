namespace Granary.Kernels;

/// <summary>Tells a kernel the time: it wakes, and sends again, what is due.</summary>
public class DueJob : ShellJob
{
    public override bool IsAwaited => false;

    public override void Execute(KernelShell shell, Kernel kernel) => shell.DoWhatIsDue();
}
