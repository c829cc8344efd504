namespace Granary.Gateway;

/// <summary>A token as it is listed: all but its secret, which nobody knows.</summary>
/// <param name="CreatedAt">Unix milliseconds.</param>
public sealed record ApiToken(string Id, string Name, ApiRole Role, long CreatedAt);
