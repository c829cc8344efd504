namespace Granary.Kernels;

/// <summary>A kernel's engine or code is not there; the kernel is refused, and only it.</summary>
public sealed class ProgramUnavailableException(string message) : Exception(message);
