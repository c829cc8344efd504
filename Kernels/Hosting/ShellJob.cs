namespace Granary.Kernels;

/// <summary>
/// Something to be done with a kernel. <see cref="Execute"/> is called at a safe point; <see cref="Complete"/> when all
/// that the kernel did up to then is durable; <see cref="Fail"/> instead of either.
/// </summary>
public abstract class ShellJob
{
    /// <summary>False: nobody is told how it ended, so nothing need be committed for its sake.</summary>
    public virtual bool IsAwaited => true;

    public abstract void Execute(KernelShell shell, Kernel kernel);

    public virtual void Complete()
    {
    }

    public virtual void Fail(Exception error)
    {
    }
}
