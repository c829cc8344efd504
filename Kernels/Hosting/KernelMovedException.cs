namespace Granary.Kernels;

/// <summary>
/// Why a request was not served: the kernel goes on in another activation, perhaps in another process. Asked again, the
/// request gets there; what it asked for may have been done already. Inside a <see cref="KernelHostException"/>.
/// </summary>
public sealed class KernelMovedException(KernelId id) : Exception($"Kernel '{id}' goes on elsewhere.")
{
    public KernelId Id { get; } = id;
}
