namespace Granary.Vms.Nock;

/// <summary>The formulas with which gates are called.</summary>
internal static class NockKicks
{
    /// <summary><c>[9 2 0 1]</c>: the gate or trap as it is.</summary>
    public static Noun Kick { get; } = NounText.Parse("[9 2 0 1]");

    /// <summary><c>[9 2 10 [6 1 sample] 0 1]</c>: the gate with another sample.</summary>
    public static Noun WithSample(Noun sample) =>
        Noun.Tuple(Atom.Of(9), Atom.Of(2), Atom.Of(10), new Cell(Atom.Of(6), new Cell(Atom.One, sample)), Atom.Zero,
            Atom.One);

    /// <summary><c>[10 [6 1 sample] 0 1]</c>: the gate with another sample, not called.</summary>
    public static Noun Placed(Noun sample) =>
        Noun.Tuple(Atom.Of(10), new Cell(Atom.Of(6), new Cell(Atom.One, sample)), Atom.Zero, Atom.One);
}
