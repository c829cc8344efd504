namespace Granary.Vms.Primea;

/// <summary>
/// Bytes that are not what they must be. Each door turns it into its own kind: of code, of snapshots, or a trap.
/// </summary>
internal sealed class PrimeaFormatException(string what) : Exception(what);
