namespace Granary.Vms.Script;

internal enum ScriptTokenKind
{
    /// <summary>The end of the line.</summary>
    End,
    Word,
    Integer,
    Bytes,

    /// <summary>A comparison or a colon.</summary>
    Symbol,
}

/// <summary>A piece of a source line.</summary>
/// <param name="Text">As written; the end of the line has none.</param>
/// <param name="Column">From 1.</param>
/// <param name="Value">What a literal means.</param>
internal readonly record struct ScriptToken(ScriptTokenKind Kind, string Text, int Column, ScriptValue Value = default)
{
    /// <summary>How an error message names this token.</summary>
    public string Shown => Kind == ScriptTokenKind.End ? "the end of the line" : $"'{Text}'";
}
