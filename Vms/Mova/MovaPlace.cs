namespace Granary.Vms.Mova;

/// <summary>A place in a source text, both counted from 1; a tab is one column.</summary>
internal readonly record struct MovaPlace(int Line, int Column)
{
    public SourceException Error(string what) => new(what, Line, Column);
}
