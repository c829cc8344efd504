using System.Globalization;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

/// <summary>Sets and maps: the jets against their code, on good trees and on nouns that are none.</summary>
public sealed class NockTreeJetTests
{
    private static readonly string[] _sets = ["in-put", "in-has", "in-uni", "in-int", "in-dif", "in-duni"];
    private static readonly string[] _all = [.. _sets, "by-put", "by-got", "silt"];

    [Fact]
    public void Random_calls_of_jets_and_of_their_code_agree()
    {
        int crashes = 0;
        for (int seed = 0; seed < 1_500; seed++)
        {
            Random random = new(seed);
            string name = _all[seed % _all.Length];
            Noun tree = Tree(random, isMap: name.StartsWith("by", StringComparison.Ordinal));
            Noun sample = name switch
            {
                "silt" => List(random),
                "by-put" => random.Next(10) == 0 ? Small(random) : new Cell(Small(random), Small(random)),
                "in-put" or "in-has" or "by-got" => Small(random),
                _ => Tree(random, isMap: false),
            };
            string jet = Call(name, tree, sample, NockJets.All);
            string code = Call(name, tree, sample, NockJets.Of(j => j.Name != name));
            Assert.True(jet == code, $"seed {seed}: {name} of {tree} and {sample} is {jet}, code {code}");
            crashes += jet == "Crash" ? 1 : 0;
        }
        // Nouns that are no trees must be among them, and not too many.
        Assert.InRange(crashes, 100, 1_000);
    }

    [Fact]
    public void A_tree_that_is_too_deep_for_the_jet_is_done_by_the_code()
    {
        // No good set: all elements are on the left, and stand in any order.
        Noun deep = Atom.Zero;
        for (int i = 0; i < 1_000; i++)
        {
            deep = Noun.Tuple(Atom.Of((ulong)i), deep, Atom.Zero);
        }
        foreach (string name in _sets)
        {
            string jet = Call(name, deep, deep, NockJets.All);
            Assert.Equal(Call(name, deep, deep, NockJets.Of(j => j.Name != name)), jet);
        }
        NockEvaluation whole = Evaluation("in-dif", deep, deep);
        string product = whole.Run(jets: NockJets.All);
        NockEvaluation cut = Evaluation("in-dif", deep, deep);
        Assert.Equal(product, cut.Run(sliceGas: 1, jets: NockJets.All));
        Assert.Equal(whole.GasUsed, cut.GasUsed);
        Assert.Equal(whole.State.Meter, cut.State.Meter);
    }

    [Fact]
    public void A_call_is_paid_for_by_what_it_looks_at()
    {
        Noun set = Set(new Random(5), 2_000);
        NockEvaluation put = Evaluation("in-put", set, Atom.Of(1_000_000));
        put.Run(jets: NockJets.All);
        Assert.InRange(put.GasUsed, 5 * NockGas.Element, 100 * NockGas.Element);
        NockEvaluation union = Evaluation("in-uni", set, Set(new Random(6), 2_000));
        union.Run(jets: NockJets.All);
        Assert.InRange(union.GasUsed, 2_000 * NockGas.Element, 100_000 * NockGas.Element);
        Assert.Equal("OutOfGas", Evaluation("in-uni", set, Set(new Random(6), 2_000)).Run(
            messageGas: 1_000 * NockGas.Element, jets: NockJets.All));
    }

    /// <summary>A good tree, or one with a part that is none.</summary>
    private static Noun Tree(Random random, bool isMap)
    {
        Noun tree = Atom.Zero;
        for (int i = random.Next(12); i > 0; i--)
        {
            tree = isMap
                ? Made("by-put", tree, new Cell(Small(random), Small(random)))
                : Made("in-put", tree, Small(random));
        }
        ulong[] axes = [1, 2, 3, 6, 7, 14, 15, 12, 13];
        return random.Next(4) > 0 ? tree
            : NounSlots.Edit(tree, Atom.Of(axes[random.Next(axes.Length)]), Small(random)) ?? tree;
    }

    private static Noun Set(Random random, int count) => Made("silt", Atom.Zero, Noun.List(
        [.. Enumerable.Range(0, count).Select(_ => (Noun)Atom.Of((ulong)random.Next(100_000)))]));

    private static Noun List(Random random)
    {
        Noun list = random.Next(8) == 0 ? Atom.One : Atom.Zero;
        for (int i = random.Next(12); i > 0; i--)
        {
            list = new Cell(Small(random), list);
        }
        return list;
    }

    private static Noun Small(Random random) => random.Next(6) == 0
        ? new Cell(Atom.Of((ulong)random.Next(4)), Atom.Of((ulong)random.Next(4)))
        : Atom.Of((ulong)random.Next(16));

    private static Noun Made(string name, Noun tree, Noun sample)
    {
        NockEvaluation run = Evaluation(name, tree, sample);
        run.Run(jets: NockJets.All);
        return run.State.Product;
    }

    private static string Call(string name, Noun tree, Noun sample, NockJets jets) =>
        Evaluation(name, tree, sample).Run(jets: jets);

    private static NockEvaluation Evaluation(string name, Noun tree, Noun sample)
    {
        NockLibraryCompiler.Gate gate = NockLibrary.Parts.Gates[name];
        Noun subject = Noun.Tuple(sample, tree, NockLibrary.Parts.LayerCores[gate.Layer]);
        // The layer is at 7; the door gets the tree as its sample before its arm is taken.
        string made = gate.Door == 0
            ? string.Create(CultureInfo.InvariantCulture, $"9 {gate.Arm} 0 7")
            : string.Create(CultureInfo.InvariantCulture, $"9 {gate.Arm} 10 [6 0 6] 9 {gate.Door} 0 7");
        return new NockEvaluation(subject, NounText.Parse($"[8 [{made}] 9 2 10 [6 0 6] 0 2]"));
    }
}
