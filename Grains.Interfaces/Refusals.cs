using Granary.Kernels;

namespace Granary.Grains.Interfaces;

/// <summary>Refusals of a host as they cross from silo to silo.</summary>
internal static class Refusals
{
    public static KernelRefusedException ToWire(KernelHostException error) => new(
        (int)error.Error, error.What, error.Advice, error.InnerException is KernelMovedException);

    public static KernelHostException FromWire(KernelId id, KernelRefusedException error) => new(
        (KernelHostError)error.Error, error.What, error.Advice,
        error.HasMoved ? new KernelMovedException(id) : error);

    public static bool HasMoved(Exception error) => error
        is KernelRefusedException { HasMoved: true }
        or KernelHostException { InnerException: KernelMovedException };

    /// <summary>
    /// A call between silos did not get through, or its answer did not: the other silo is gone, going, or slow.
    /// </summary>
    public static bool IsTransport(Exception error) => error
        is Orleans.Runtime.OrleansException or TimeoutException or Orleans.Runtime.OrleansMessageRejectionException;
}
