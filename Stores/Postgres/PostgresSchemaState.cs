namespace Granary.Stores;

/// <summary>What a database has of Granary's tables.</summary>
/// <param name="Version">The last step that was taken; 0 when there is nothing.</param>
/// <param name="VersionKnown">The last step that this version of Granary has.</param>
/// <param name="Steps">The steps that were taken, in order.</param>
public sealed record PostgresSchemaState(
    string Database, string ServerVersion, bool IsDurable, int Version, int VersionKnown,
    IReadOnlyList<PostgresSchemaStep> Steps)
{
    public bool IsPresent => Version == VersionKnown;
}
