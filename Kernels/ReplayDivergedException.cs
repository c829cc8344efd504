using System.Globalization;

namespace Granary.Kernels;

/// <summary>Re-execution of a journal did not give what the journal says.</summary>
public sealed class ReplayDivergedException(ulong position, string reason)
    : Exception(string.Create(NumberFormatInfo.InvariantInfo, $"Entry {position}: {reason}."))
{
    /// <summary>The first entry that differs.</summary>
    public ulong Position { get; } = position;

    public string Reason { get; } = reason;
}
