using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>What an invocation is given from outside: the console, the engines, the way to a host.</summary>
internal sealed record CliServices(
    IConsoleIo Io, VmEngines Engines, Func<HostOptions, CancellationToken, Task<IKernelHost>> OpenAsync);
