using System.Numerics;

namespace Granary.Vms.Nock;

/// <summary>A jet of one atom.</summary>
internal sealed record NockJet1(string Name, int Steps, NockJet1.Function Body) : NockJet(Name, Steps)
{
    internal delegate Noun? Function(Atom a, ref NockJetCall call);

    public override Noun? Run(Noun sample, Noun door, ref NockJetCall call) =>
        sample is Atom a && call.Words(a.WordCount) ? Body(a, ref call) : null;
}

/// <summary>A jet of two atoms.</summary>
internal sealed record NockJet2(string Name, int Steps, NockJet2.Function Body) : NockJet(Name, Steps)
{
    internal delegate Noun? Function(Atom a, Atom b, ref NockJetCall call);

    public override Noun? Run(Noun sample, Noun door, ref NockJetCall call) =>
        sample is Cell { Head: Atom a, Tail: Atom b } && call.Words(a.WordCount + b.WordCount)
            ? Body(a, b, ref call)
            : null;
}

/// <summary>A jet of the block door: the door's sample is the size of a block, its logarithm in bits.</summary>
internal sealed record NockBlockJet(string Name, int Steps, NockBlockJet.Function Body) : NockJet(Name, Steps)
{
    internal delegate Noun? Function(int bloq, Atom n, Atom a, ref NockJetCall call);

    /// <remarks>met has one atom as its sample; the others have a count before it.</remarks>
    public override Noun? Run(Noun sample, Noun door, ref NockJetCall call)
    {
        if (door is not Atom bloq)
        {
            return null;
        }
        // Blocks of 2^62 bits and more hold any number there can be.
        int size = (int)Math.Min(bloq.IsSmall ? bloq.Low : 62, 62);
        if (Name == "met")
        {
            return sample is Atom only && call.Words(only.WordCount) ? Body(size, Atom.One, only, ref call) : null;
        }
        return sample is Cell { Head: Atom n, Tail: Atom a } && call.Words(n.WordCount + a.WordCount)
            ? Body(size, n, a, ref call)
            : null;
    }
}

/// <summary>Arithmetic of natural numbers and rows of bits.</summary>
internal static class NockAtomJets
{
    /// <summary>The most that an amount of bits can mean: more than any atom has.</summary>
    private const long BitsMax = 1L << 40;

    public static IReadOnlyList<NockJet> All { get; } =
    [
        new NockJet1("dec", 10, (Atom a, ref NockJetCall _) => a.IsSmall && a.Low == 0 ? null : Minus(a, Atom.One)),
        new NockJet2("add", 10, (Atom a, Atom b, ref NockJetCall _) => Plus(a, b)),
        new NockJet2("sub", 10, (Atom a, Atom b, ref NockJetCall _) => a < b ? null : Minus(a, b)),
        new NockJet2("lth", 10, (Atom a, Atom b, ref NockJetCall _) => Atom.Loobean(a < b)),
        new NockJet2("lte", 10, (Atom a, Atom b, ref NockJetCall _) => Atom.Loobean(a <= b)),
        new NockJet2("gth", 10, (Atom a, Atom b, ref NockJetCall _) => Atom.Loobean(a > b)),
        new NockJet2("gte", 10, (Atom a, Atom b, ref NockJetCall _) => Atom.Loobean(a >= b)),
        new NockJet2("mul", 10, Times),
        new NockJet2("div", 10, (Atom a, Atom b, ref NockJetCall call) => Divide(a, b, ref call)?.Quotient),
        new NockJet2("mod", 10, (Atom a, Atom b, ref NockJetCall call) => Divide(a, b, ref call)?.Remainder),
        new NockJet1("bex", 20, (Atom a, ref NockJetCall call) =>
            call.Bits(Bits(0, a)) ? ShiftLeft(Atom.One, Bits(0, a)) : null),
        new NockBlockJet("met", 20, (int bloq, Atom _, Atom a, ref NockJetCall _) =>
            Atom.Of(((ulong)a.BitLength + ((1UL << bloq) - 1)) >> bloq)),
        new NockBlockJet("end", 20, (int bloq, Atom n, Atom a, ref NockJetCall _) => Low(a, Bits(bloq, n))),
        new NockBlockJet("lsh", 20, (int bloq, Atom n, Atom a, ref NockJetCall call) =>
            call.Bits(a.BitLength == 0 ? 0 : a.BitLength + Bits(bloq, n)) ? ShiftLeft(a, Bits(bloq, n)) : null),
        new NockBlockJet("rsh", 20, (int bloq, Atom n, Atom a, ref NockJetCall _) => ShiftRight(a, Bits(bloq, n))),
        new NockJet2("mix", 20, (Atom a, Atom b, ref NockJetCall _) => Xor(a, b)),
    ];

    public static Atom Plus(Atom a, Atom b)
    {
        ulong low = a.Low + b.Low;
        return a.IsSmall && b.IsSmall && low >= a.Low
            ? Atom.Of(low)
            : Atom.FromBigInteger(a.ToBigInteger() + b.ToBigInteger());
    }

    public static Atom Minus(Atom a, Atom b) => a.IsSmall
        ? Atom.Of(a.Low - b.Low)
        : Atom.FromBigInteger(a.ToBigInteger() - b.ToBigInteger());

    /// <remarks>The price is that of the plain method; the host's may be faster.</remarks>
    public static Atom? Times(Atom a, Atom b, ref NockJetCall call)
    {
        if (a.IsSmall && b.IsSmall && Math.BigMul(a.Low, b.Low, out ulong low) == 0)
        {
            return Atom.Of(low);
        }
        return call.Bits(a.BitLength + b.BitLength) && call.Words((long)a.WordCount * b.WordCount)
            ? Atom.FromBigInteger(a.ToBigInteger() * b.ToBigInteger())
            : null;
    }

    public static (Atom Quotient, Atom Remainder)? Divide(Atom a, Atom b, ref NockJetCall call)
    {
        if (b.BitLength == 0)
        {
            return null;
        }
        if (a.IsSmall && b.IsSmall)
        {
            return (Atom.Of(a.Low / b.Low), Atom.Of(a.Low % b.Low));
        }
        if (!call.Words(2L * Math.Max(1, a.WordCount - b.WordCount + 1) * b.WordCount))
        {
            return null;
        }
        BigInteger quotient = BigInteger.DivRem(a.ToBigInteger(), b.ToBigInteger(), out BigInteger remainder);
        return (Atom.FromBigInteger(quotient), Atom.FromBigInteger(remainder));
    }

    /// <summary>The bits of so many blocks; an amount beyond all numbers stays beyond.</summary>
    private static long Bits(int bloq, Atom n)
    {
        if (n.BitLength == 0)
        {
            return 0;
        }
        return n.BitLength + bloq > 40 ? BitsMax : (long)(n.Low << bloq);
    }

    private static Atom ShiftLeft(Atom a, long bits)
    {
        if (a.BitLength == 0 || bits == 0)
        {
            return a;
        }
        int words = (int)(bits / 64);
        int shift = (int)(bits % 64);
        ulong[] result = new ulong[words + a.WordCount + 1];
        for (int i = 0; i < a.WordCount; i++)
        {
            result[words + i] |= a.Word(i) << shift;
            result[words + i + 1] = shift == 0 ? 0 : a.Word(i) >> (64 - shift);
        }
        return Atom.FromWords(result);
    }

    private static Atom ShiftRight(Atom a, long bits)
    {
        if (bits >= a.BitLength)
        {
            return Atom.Zero;
        }
        int words = (int)(bits / 64);
        int shift = (int)(bits % 64);
        ulong[] result = new ulong[a.WordCount - words];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (a.Word(words + i) >> shift) | (shift == 0 ? 0 : a.Word(words + i + 1) << (64 - shift));
        }
        return Atom.FromWords(result);
    }

    private static Atom Low(Atom a, long bits)
    {
        if (bits >= a.BitLength)
        {
            return a;
        }
        ulong[] result = new ulong[(bits / 64) + 1];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = a.Word(i);
        }
        result[^1] &= (1UL << (int)(bits % 64)) - 1;
        return Atom.FromWords(result);
    }

    private static Atom Xor(Atom a, Atom b)
    {
        ulong[] result = new ulong[Math.Max(a.WordCount, b.WordCount)];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = a.Word(i) ^ b.Word(i);
        }
        return Atom.FromWords(result);
    }
}
