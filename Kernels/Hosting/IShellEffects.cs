namespace Granary.Kernels;

/// <summary>Performs what durable commits ask for.</summary>
public interface IShellEffects : IKernelRoutes
{
    /// <summary>Tells those who watch: emitted, printed, logged, ended.</summary>
    void Publish(ShellCommit commit, Effect effect);
}
