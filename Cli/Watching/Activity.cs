using Granary.Kernels;

namespace Granary.Cli;

/// <summary>What a kernel does lately.</summary>
/// <param name="GasPerSecond">Since the look before.</param>
/// <param name="MessagesPerSecond">Messages that it ended, since the look before.</param>
internal sealed record Activity(KernelInfo Kernel, double GasPerSecond, double MessagesPerSecond);
