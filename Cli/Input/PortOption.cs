using System.CommandLine;
using System.CommandLine.Parsing;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Ports that a kernel holds from the start; may be given several times.</summary>
internal sealed class PortOption : Option<KeyValuePair<string, KernelId>[]>
{
    public PortOption()
        : base("--port")
    {
        HelpName = "NAME=KERNEL";
        Description = "A port that it holds from the start; may be given several times.";
        DefaultValueFactory = _ => [];
        CustomParser = result => [.. result.Tokens.Select(token => ParseOne(result, token.Value))];
    }

    private static KeyValuePair<string, KernelId> ParseOne(ArgumentResult result, string text)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        if (at > 0 && KernelId.TryParse(text[(at + 1)..], out KernelId target))
        {
            return new KeyValuePair<string, KernelId>(text[..at], target);
        }
        result.AddError($"'{text}' is no port: use NAME=KERNEL, for example --port next=counter.");
        return default;
    }
}
