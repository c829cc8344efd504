using System.Text.Json;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

/// <summary>The sixth layer against the vectors: the jets, and the code that they stand for on jets of other layers.
/// </summary>
[Trait("Category", "Conformance")]
[Trait("Engine", "nock")]
public sealed class NockSignatureJetTests
{
    private static readonly string[] _names = ["verify", "sign", "verify-detached", "sign-detached"];

    /// <summary>The code takes some million steps: it is run for so many vectors of each kind.</summary>
    private const int CodeCases = 3;

    public static TheoryData<string> Cases => NockVectors.Names("sign");

    [Theory, MemberData(nameof(Cases))]
    public void A_vector_passes_through_the_library(string name) =>
        Check(NockVectors.Case("sign", name), NockJets.All);

    [Theory]
    [InlineData("sign")]
    [InlineData("verify-bad")]
    public void The_code_gives_the_same_as_the_jets(string kind)
    {
        foreach (JsonElement vector in NockVectors.All("sign").Where(v => v.Text("kind") == kind).Take(CodeCases))
        {
            Check(vector, NockJets.Of(j => !_names.Contains(j.Name)));
        }
    }

    [Theory]
    [InlineData("verify", "5")]
    [InlineData("verify", "[[1 2] 3]")]
    [InlineData("verify", "[1 2]")]
    [InlineData("verify", "[1 [2 3]]")]
    [InlineData("sign", "[[1 2] 3]")]
    [InlineData("sign-detached", "7")]
    [InlineData("verify-detached", "[1 2]")]
    [InlineData("verify-detached", "[[1 2] 3 4]")]
    [InlineData("verify-detached", "[1 [2 3] 4]")]
    [InlineData("verify-detached", "[1 2 3 4]")]
    public void What_is_no_sample_comes_to_the_same(string gate, string sample)
    {
        Noun noun = NounText.Parse(sample);
        Assert.Equal(Call(gate, noun, NockJets.Of(j => !_names.Contains(j.Name))), Call(gate, noun, NockJets.All));
    }

    [Theory]
    [InlineData("verify", 64, 33)]
    [InlineData("sign", 3, 65)]
    [InlineData("sign-detached", 3, 65)]
    public void A_key_that_is_too_long_comes_to_the_same(string gate, int size, int keySize)
    {
        Noun noun = new Cell(Ones(size), Ones(keySize));
        Assert.Equal(Call(gate, noun, NockJets.Of(j => !_names.Contains(j.Name))), Call(gate, noun, NockJets.All));
    }

    [Fact]
    public void A_signature_is_paid_for()
    {
        Noun sample = new Cell(Ones(3), Ones(64));
        NockEvaluation run = Evaluation("sign", sample);
        Assert.Equal("OutOfGas", run.Run(messageGas: NockGas.Signature, jets: NockJets.All));
        run = Evaluation("sign", sample);
        run.Run(jets: NockJets.All);
        Assert.InRange(run.GasUsed, NockGas.Signature, NockGas.Signature + 5_000);
    }

    private static void Check(JsonElement vector, NockJets jets)
    {
        Atom key = Bytes(vector, "publicKey");
        Atom message = Bytes(vector, "message");
        Atom signature = Bytes(vector, "signature");
        bool good = vector.Text("kind") == "sign";
        Assert.Equal(good ? "0" : "1", Call("verify-detached", Noun.Tuple(signature, message, key), jets));
        Atom signed = Atom.FromBytes(
            [.. Convert.FromHexString(vector.Text("signature")), .. Convert.FromHexString(vector.Text("message"))]);
        if (signed.ByteLength >= NockEd25519.SignatureBytes)
        {
            Assert.Equal(
                good ? NounText.Print(new Cell(Atom.Zero, message)) : "0",
                Call("verify", new Cell(signed, key), jets));
        }
        if (good && IsKept(vector))
        {
            Atom secret = Bytes(vector, "secretKey");
            Assert.Equal(NounText.Print(signature), Call("sign-detached", new Cell(message, secret), jets));
            Assert.Equal(
                NounText.Print(Bytes(vector, "signedMessage")), Call("sign", new Cell(message, secret), jets));
        }
    }

    /// <summary>A message that ends in zeros is another one as an atom.</summary>
    private static bool IsKept(JsonElement vector) => !vector.Text("message").EndsWith("00", StringComparison.Ordinal);

    private static string Call(string gate, Noun sample, NockJets jets) => Evaluation(gate, sample).Run(jets: jets);

    private static NockEvaluation Evaluation(string name, Noun sample)
    {
        NockLibraryCompiler.Gate gate = NockLibrary.Parts.Gates[name];
        return new NockEvaluation(
            new Cell(sample, NockLibrary.Parts.LayerCores[gate.Layer]),
            NounText.Parse($"[8 [9 {gate.Arm} 0 3] 9 2 10 [6 0 6] 0 2]"));
    }

    private static Atom Ones(int size) => Atom.FromBytes(Enumerable.Repeat((byte)1, size).ToArray());

    private static Atom Bytes(JsonElement vector, string field) =>
        Atom.FromBytes(Convert.FromHexString(vector.Text(field)));
}
