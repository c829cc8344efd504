namespace Granary.Vms.Primea;

/// <summary>A text that is no world and no request.</summary>
/// <param name="offset">The byte of the text where it went wrong.</param>
internal sealed class PrimeaSourceException(string what, long offset) : Exception(what)
{
    public long Offset { get; } = offset;

    /// <summary>Line and column of the offset, from 1.</summary>
    public (int Line, int Column) Locate(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> before = text[..(int)Math.Min(Offset, text.Length)];
        int line = before.Count((byte)'\n') + 1;
        return (line, before.Length - before.LastIndexOf((byte)'\n'));
    }
}
