using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// How a host brings things to kernels, wherever they are. None of it need arrive: what is lost is sent again.
/// </summary>
public interface IKernelRoutes
{
    /// <summary>Brings a message to its receiver, as a <see cref="KernelMessageJob"/>.</summary>
    void Send(Envelope message);

    /// <summary>
    /// Tells the sender that a receiver has its message (<see cref="ReplyStatus.Ok"/>) or never will, as an
    /// <see cref="AcknowledgeJob"/>.
    /// </summary>
    void Acknowledge(KernelId sender, KernelId receiver, ulong generation, ulong number, ReplyStatus status);

    /// <summary>Tells the sender that a receiver cannot take its message now, as a <see cref="RefusedJob"/>.</summary>
    void Refuse(KernelId sender, KernelId receiver);
}
