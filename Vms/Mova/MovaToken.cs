namespace Granary.Vms.Mova;

internal enum MovaTokenKind : byte
{
    End,
    Word,
    Number,
    Symbol,
}

/// <summary>The smallest piece of a <c>.mova</c> text.</summary>
internal readonly record struct MovaToken(MovaTokenKind Kind, string Text, MovaPlace Place)
{
    public bool Is(string text) => Kind is not MovaTokenKind.End && Text == text;

    public override string ToString() => Kind == MovaTokenKind.End ? "the end of the text" : MovaText.Quote(Text);
}
