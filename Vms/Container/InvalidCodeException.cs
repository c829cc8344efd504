namespace Granary.Vms;

/// <summary>Code that an engine cannot load.</summary>
/// <param name="what">What is wrong, for a person.</param>
/// <param name="where">Where, in the engine's own words (offset, section); may be empty.</param>
public sealed class InvalidCodeException(string what, string where)
    : Exception(where.Length == 0 ? what : $"{what} (at {where})")
{
    public string What { get; } = what;

    public string Where { get; } = where;
}
