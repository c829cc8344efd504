using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation;

/// <summary>A kernel that is deployed before anything goes wrong.</summary>
public sealed record ScenarioKernel(
    KernelId Id, EngineId Engine, ReadOnlyMemory<byte> Code, IReadOnlyList<KeyValuePair<string, KernelId>> Ports);
