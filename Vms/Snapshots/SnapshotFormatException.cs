namespace Granary.Vms;

/// <summary>A snapshot that cannot be restored: broken, cut short, too large, or of another program.</summary>
public sealed class SnapshotFormatException(string message) : Exception(message);
