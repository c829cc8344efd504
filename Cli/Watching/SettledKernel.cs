using Granary.Kernels;

namespace Granary.Cli;

/// <param name="Failed">The last message that ended badly while we waited; null when none did.</param>
/// <param name="IsTimedOut">True when the time was up before the kernel was done.</param>
internal sealed record SettledKernel(KernelInfo Kernel, EndedMessage? Failed, bool IsTimedOut);
