namespace Granary.Cli;

/// <summary>
/// One setting of a node; it has the same name as a flag, in the file, and (in capitals) in the environment.
/// </summary>
internal sealed record NodeSetting(string Name, string HelpName, string Description)
{
    /// <summary>For example <c>GRANARY_MAX_CALLS</c>.</summary>
    public string Variable => "GRANARY_" + Name.ToUpperInvariant().Replace('-', '_');

    /// <summary>A secret is no flag: others on the machine could see it.</summary>
    public bool IsSecret { get; init; }

    /// <summary>True when it needs no value as a flag.</summary>
    public bool IsSwitch { get; init; }
}
