using System.Text.Json;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

/// <summary>The library against the vectors, and each jet against the code that it stands for.</summary>
[Trait("Category", "Conformance")]
[Trait("Engine", "nock")]
public sealed class NockJetTests
{
    /// <summary>Gas within which the library's own code must end to be compared: about a million steps.</summary>
    private const long CodeGas = 15_000_000;

    private static readonly Noun _kick = NounText.Parse("[9 2 0 1]");

    public static TheoryData<string> Jets => NockVectors.Names("jets");

    [Theory, MemberData(nameof(Jets))]
    public void A_function_gives_its_product_with_jets(string name)
    {
        JsonElement vector = NockVectors.Case("jets", name);
        Assert.Equal(Wanted(vector), Call(vector, NockJets.All, GasMeter.Unlimited, out _));
    }

    [Theory, MemberData(nameof(Jets))]
    public void The_code_gives_the_same_as_the_jet(string name)
    {
        JsonElement vector = NockVectors.Case("jets", name);
        string kind = vector.Text("kind");
        foreach (NockJets jets in new[] { NockJets.Of(j => j.Name != kind), NockJets.None })
        {
            string product = Call(vector, jets, CodeGas, out _);
            if (product != "OutOfGas")
            {
                Assert.Equal(Wanted(vector), product);
            }
        }
    }

    [Theory, MemberData(nameof(Jets))]
    public void A_jet_counts_its_price_on_the_meter(string name)
    {
        JsonElement vector = NockVectors.Case("jets", name);
        if (vector.Has("meterJet"))
        {
            string kind = vector.Text("kind");
            Call(vector, NockJets.Of(j => j.Name == kind), GasMeter.Unlimited, out long meter);
            Assert.Equal(vector.GetProperty("meterJet").GetInt64(), meter);
        }
    }

    [Fact]
    public void Random_calls_of_jets_and_of_their_code_agree()
    {
        string[] two =
        [
            "add", "sub", "lth", "lte", "gth", "gte", "mul", "div", "mod", "mix", "sum", "dif", "pro", "fra", "rem",
            "dul", "cmp", "dor", "gor", "mor", "jam", "mug", "abs", "syn", "sun", "bex",
        ];
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            string name = two[seed % two.Length];
            NockLibraryCompiler.Gate gate = NockLibrary.Parts.Gates[name];
            Noun sample = name is "abs" or "syn" or "sun" or "bex"
                ? Small(random)
                : new Cell(Small(random), random.Next(8) == 0 ? new Cell(Small(random), Small(random)) : Small(random));
            Noun subject = new Cell(sample, NockLibrary.Parts.LayerCores[gate.Layer]);
            Noun formula = NounText.Parse($"[8 [9 {gate.Arm} 0 3] 9 2 10 [6 0 6] 0 2]");
            string jet = new NockEvaluation(subject, formula).Run(jets: NockJets.All);
            string code = new NockEvaluation(subject, formula).Run(
                messageGas: CodeGas, jets: NockJets.Of(j => j.Name != name));
            Assert.True(code == jet || code == "OutOfGas", $"seed {seed}: {name} of {sample} is {jet}, code {code}");
        }
    }

    [Fact]
    public void A_gate_of_the_same_content_is_a_jet_and_any_other_is_not()
    {
        Noun layer = NockLibrary.Parts.LayerCores[1];
        Noun copy = NounJam.Cue(NounJam.Jam(layer));
        Noun formula = NounText.Parse("[8 [9 342 0 1] 9 2 10 [6 1 1.000.000] 0 2]");
        NockEvaluation known = new(copy, formula);
        Assert.Equal("999999", known.Run(jets: NockJets.All));
        Assert.InRange(known.State.Meter, 1, 100);
        // The same battery in another context may mean something else.
        NockEvaluation other = new(new Cell(((Cell)layer).Head, Atom.One), formula);
        Assert.Equal("OutOfGas", other.Run(messageGas: 1_000_000, jets: NockJets.All));
    }

    private static Atom Small(Random random) => Atom.Of((ulong)random.Next(random.Next(3) == 0 ? 3 : 40));

    private static string Wanted(JsonElement vector) => vector.Has("product") ? vector.Text("product")
        : vector.Has("productHead") ? vector.Text("productHead")
        : "Crash";

    private static string Call(JsonElement vector, NockJets jets, long gas, out long meter)
    {
        Noun subject = Noun.Tuple(vector.ReadNoun("armFormula"), vector.ReadNoun("sample"), NockLibrary.Noun);
        NockEvaluation run = new(subject, _kick);
        string product = run.Run(messageGas: gas, jets: jets);
        meter = run.State.Meter;
        return vector.Has("productHead") && run.State.Product is Cell pair ? NounText.Print(pair.Head) : product;
    }
}
