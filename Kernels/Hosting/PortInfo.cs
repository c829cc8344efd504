namespace Granary.Kernels;

/// <summary>A port that a kernel holds.</summary>
public sealed record PortInfo(string Name, Port Port);
