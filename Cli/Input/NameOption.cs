using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>The id of a kernel to be made.</summary>
internal sealed class NameOption : Option<KernelId?>
{
    public NameOption(string name, string description)
        : base(name)
    {
        HelpName = "ID";
        Description = description;
        CustomParser = result => IdText.Parse(result);
    }
}
