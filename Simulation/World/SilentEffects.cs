using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation;

/// <summary>Performs nothing.</summary>
internal sealed class SilentEffects : IShellEffects
{
    public static SilentEffects Instance { get; } = new();

    public void Send(Envelope message)
    {
    }

    public void Acknowledge(
        KernelId sender, KernelId receiver, ulong generation, ulong number, ReplyStatus status)
    {
    }

    public void Refuse(KernelId sender, KernelId receiver)
    {
    }

    public void Publish(ShellCommit commit, Effect effect)
    {
    }
}
