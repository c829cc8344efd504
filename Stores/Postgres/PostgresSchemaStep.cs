namespace Granary.Stores;

/// <summary>A step of the layout that was taken.</summary>
/// <param name="Name">Of the file in <c>deploy/postgres</c>.</param>
/// <param name="Checksum">SHA-256 of its text, in hexadecimal.</param>
public sealed record PostgresSchemaStep(int Version, string Name, string Checksum, DateTimeOffset AppliedAt);
