namespace Granary.Vms.Nock;

/// <summary>Prices in gas. Nock's own unit is the evaluation step, an entry into the evaluator.</summary>
internal static class NockGas
{
    /// <summary>Each evaluation step, those too that Anoma's meter does not count (operators 9 and 12).</summary>
    public const long Step = 16;

    /// <summary>A word of 64 bits of an atom that is made, copied or compared.</summary>
    public const long Word = 1;

    /// <summary>A pair of cells that is compared, or a noun that is jammed or cued.</summary>
    public const long Noun = 16;

    /// <summary>Each turn of an axis beyond the first eight, where it is followed.</summary>
    public const long Turn = 1;

    /// <summary>Each turn of an axis where a noun is edited: a new cell.</summary>
    public const long EditTurn = 8;

    /// <summary>A byte of a payload that is cued or read as text.</summary>
    public const long PayloadByte = 64;

    /// <summary>A byte of text that is printed.</summary>
    public const long TextByte = 64;

    /// <summary>Making or testing a signature: two products of a point and a number.</summary>
    public const long Signature = 8_000_000;

    /// <summary>An element of a set or map that a jet looks at.</summary>
    public const long Element = 64;
}
