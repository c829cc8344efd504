namespace Granary.Vms.Nock;

/// <summary>Signed numbers: 2n for n, 2n - 1 for -n.</summary>
internal static class NockSignedJets
{
    public static IReadOnlyList<NockJet> All { get; } =
    [
        new NockJet1("syn", 30, (Atom a, ref NockJetCall _) => Atom.Loobean(Positive(a))),
        new NockJet1("abs", 30, (Atom a, ref NockJetCall _) => Size(a)),
        new NockJet1("sun", 30, (Atom a, ref NockJetCall _) => NockAtomJets.Plus(a, a)),
        new NockJet2("sum", 30, (Atom a, Atom b, ref NockJetCall _) => Sum(a, b)),
        new NockJet2("dif", 30, (Atom a, Atom b, ref NockJetCall _) => Difference(a, b)),
        new NockJet2("pro", 30, Product),
        new NockJet2("fra", 30, Quotient),
        new NockJet2("rem", 30, (Atom a, Atom b, ref NockJetCall call) =>
            Quotient(a, b, ref call) is { } quotient && Product(b, quotient, ref call) is { } product
                ? Difference(a, product)
                : null),
        new NockJet2("dul", 30, Dul),
        new NockJet2("cmp", 30, (Atom a, Atom b, ref NockJetCall _) => Compare(a, b)),
    ];

    private static bool Positive(Atom a) => (a.Low & 1) == 0;

    private static Atom Size(Atom a)
    {
        ulong[] words = new ulong[a.WordCount];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = (a.Word(i) >> 1) | (a.Word(i + 1) << 63);
        }
        Atom half = Atom.FromWords(words);
        return Positive(a) ? half : half.Increment();
    }

    private static Atom Signed(bool positive, Atom size)
    {
        Atom doubled = NockAtomJets.Plus(size, size);
        return positive || size.BitLength == 0 ? doubled : NockAtomJets.Minus(doubled, Atom.One);
    }

    private static Atom Sum(Atom a, Atom b)
    {
        Atom x = Size(a);
        Atom y = Size(b);
        if (Positive(a) == Positive(b))
        {
            return Signed(Positive(a), NockAtomJets.Plus(x, y));
        }
        return x >= y
            ? Signed(Positive(a), NockAtomJets.Minus(x, y))
            : Signed(Positive(b), NockAtomJets.Minus(y, x));
    }

    private static Atom Difference(Atom a, Atom b) => Sum(a, Signed(!Positive(b), Size(b)));

    private static Atom? Product(Atom a, Atom b, ref NockJetCall call) =>
        NockAtomJets.Times(Size(a), Size(b), ref call) is { } size ? Signed(Positive(a) == Positive(b), size) : null;

    private static Atom? Quotient(Atom a, Atom b, ref NockJetCall call) =>
        NockAtomJets.Divide(Size(a), Size(b), ref call)?.Quotient is { } size
            ? Signed(Positive(a) == Positive(b), size)
            : null;

    private static Atom? Dul(Atom a, Atom b, ref NockJetCall call)
    {
        if (Positive(a))
        {
            return NockAtomJets.Divide(Size(a), b, ref call)?.Remainder;
        }
        return b < Size(a) ? null : NockAtomJets.Minus(b, Size(a));
    }

    private static Atom Compare(Atom a, Atom b)
    {
        if (a == b)
        {
            return Atom.Zero;
        }
        bool greater = Positive(a)
            ? !Positive(b) || Size(a) > Size(b)
            : !Positive(b) && Size(a) <= Size(b);
        return Atom.Of(greater ? 2u : 1u);
    }
}
