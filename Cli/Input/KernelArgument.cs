using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>The id of a kernel that there is.</summary>
internal sealed class KernelArgument : Argument<KernelId>, IKernelArgument
{
    public KernelArgument(string name = "ID", string description = "The kernel.")
        : base(name)
    {
        Description = description;
        CustomParser = result => IdText.Parse(result);
    }
}
