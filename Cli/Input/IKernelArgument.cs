namespace Granary.Cli;

/// <summary>Marks arguments that name an existing kernel, for completion.</summary>
internal interface IKernelArgument;
