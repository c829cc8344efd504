using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>A kept checkpoint.</summary>
internal sealed class CheckpointOption : Option<CheckpointRef?>
{
    public const string RefHelp =
        "REF is a snapshot's name, its journal position, or its root (64 hexadecimal digits).";

    public CheckpointOption(string name, string description)
        : base(name)
    {
        HelpName = "REF";
        Description = $"{description} {RefHelp}";
        CustomParser = result => CheckpointRef.Parse(result.Tokens[^1].Value);
    }
}
