using System.Security.Cryptography;

namespace Granary.Vms.Nock;

/// <summary>A jet of any noun.</summary>
internal sealed record NockNounJet(string Name, int Steps, NockNounJet.Function Body) : NockJet(Name, Steps)
{
    internal delegate Noun? Function(Noun sample, ref NockJetCall call);

    public override Noun? Run(Noun sample, Noun door, ref NockJetCall call) => Body(sample, ref call);
}

/// <summary>Nouns as numbers, hashes and orders.</summary>
internal static class NockNounJets
{
    /// <summary>SHA-256 takes about so many words' time for each word.</summary>
    public const int ShaWords = 16;

    public static IReadOnlyList<NockJet> All { get; } =
    [
        new NockNounJet("jam", 50, Jam),
        new NockNounJet("cue", 50, Cue),
        new NockNounJet("shax", 100, Shax),
        new NockNounJet("mug", 50, (Noun noun, ref NockJetCall _) => Atom.Of(NounMug.Of(noun))),
        new NockNounJet("dor", 30, (Noun pair, ref NockJetCall call) =>
            pair is Cell { Head: var a, Tail: var b } ? Dor(a, b, ref call) : null),
        new NockNounJet("gor", 30, (Noun pair, ref NockJetCall call) =>
            pair is Cell { Head: var a, Tail: var b } ? ByMug(a, b, twice: false, ref call) : null),
        new NockNounJet("mor", 30, (Noun pair, ref NockJetCall call) =>
            pair is Cell { Head: var a, Tail: var b } ? ByMug(a, b, twice: true, ref call) : null),
    ];

    private static Atom? Jam(Noun noun, ref NockJetCall call)
    {
        long work = call.Nouns;
        byte[]? bytes = NounJam.Jam(noun, ref work);
        call.TakeNouns(work);
        return bytes is not null && call.Bits(8L * bytes.Length) ? Atom.FromBytes(bytes) : null;
    }

    private static Noun? Cue(Noun noun, ref NockJetCall call)
    {
        if (noun is not Atom atom || !call.Words((long)atom.ByteLength * NockGas.PayloadByte))
        {
            return null;
        }
        try
        {
            return NounJam.Cue(atom.ToBytes(), strict: false);
        }
        catch (NounFormatException)
        {
            return null;
        }
    }

    private static Atom? Shax(Noun noun, ref NockJetCall call) =>
        noun is Atom atom && call.Words(ShaWords * (long)atom.WordCount)
            ? Atom.FromBytes(SHA256.HashData(atom.ToBytes()))
            : null;

    /// <summary>The order of nouns by content: atoms before cells.</summary>
    private static Atom? Dor(Noun a, Noun b, ref NockJetCall call)
    {
        while (true)
        {
            if (!TrySame(a, b, ref call, out bool same))
            {
                return null;
            }
            if (same)
            {
                return Atom.Zero;
            }
            if (a is Atom x)
            {
                return Atom.Loobean(b is not Atom y || x < y);
            }
            if (b is not Cell second)
            {
                return Atom.One;
            }
            Cell first = (Cell)a;
            if (!TrySame(first.Head, second.Head, ref call, out bool sameHeads))
            {
                return null;
            }
            (a, b) = sameHeads ? (first.Tail, second.Tail) : (first.Head, second.Head);
        }
    }

    /// <remarks>A mug is computed once for each object and kept, which the object's own price covers.</remarks>
    public static Atom? ByMug(Noun a, Noun b, bool twice, ref NockJetCall call)
    {
        uint x = NounMug.Of(a);
        uint y = NounMug.Of(b);
        if (twice)
        {
            (x, y) = (NounMug.Of(Atom.Of(x)), NounMug.Of(Atom.Of(y)));
        }
        return x == y ? Dor(a, b, ref call) : Atom.Loobean(x < y);
    }

    public static bool TrySame(Noun a, Noun b, ref NockJetCall call, out bool same)
    {
        long work = call.Nouns;
        bool? known = NounEquality.Same(a, b, ref work);
        call.TakeNouns(work);
        same = known == true;
        return known is not null && call.Left >= 0;
    }
}
