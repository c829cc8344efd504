using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>The id of a kernel that there is, or nothing.</summary>
internal sealed class OptionalKernelArgument : Argument<KernelId?>, IKernelArgument
{
    public OptionalKernelArgument(string name, string description)
        : base(name)
    {
        Description = description;
        Arity = ArgumentArity.ZeroOrOne;
        CustomParser = result => result.Tokens.Count == 0 ? null : IdText.Parse(result);
    }
}
