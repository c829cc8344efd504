namespace Granary.Vms.Nock;

/// <summary>A text or bytes that are no noun.</summary>
/// <param name="what">What is wrong, for a person.</param>
/// <param name="position">Where: a character from 0, or a bit from 0 in jammed bytes.</param>
public sealed class NounFormatException(string what, long position) : Exception(what)
{
    public long Position { get; } = position;
}
