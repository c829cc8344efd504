using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation;

/// <summary>A program that is ready to be deployed.</summary>
internal sealed record SimProgram(EngineId Engine, Hash CodeHash, byte[] Code);
