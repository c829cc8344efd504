namespace Granary.Vms.Nock;

/// <summary>A pair of nouns.</summary>
public sealed class Cell(Noun head, Noun tail) : Noun
{
    /// <summary>What the interpreter made of this cell when it was used as a formula; nothing but speed depends on
    /// it.</summary>
    internal NockFormula? Formula;

    /// <summary>Which part of the library this is: 0 not looked at yet, -1 none.</summary>
    internal int Known;

    public Noun Head { get; } = head;

    public Noun Tail { get; } = tail;
}
