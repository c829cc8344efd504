using System.Text.Json;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

[Trait("Category", "Conformance")]
[Trait("Engine", "nock")]
public sealed class NounVectorTests
{
    public static TheoryData<string> Jams => NockVectors.Names("jam");

    public static TheoryData<string> Mugs => NockVectors.Names("mug");

    public static TheoryData<string> CueRejects => NockVectors.Names("cue-reject");

    public static TheoryData<string> Texts => NockVectors.Names("text");

    public static TheoryData<string> Auras => NockVectors.Names("aura");

    [Theory, MemberData(nameof(Jams))]
    public void A_noun_jams_to_the_bytes_and_comes_back(string name)
    {
        JsonElement vector = NockVectors.Case("jam", name);
        Noun noun = vector.ReadNoun();

        byte[] jam = NounJam.Jam(noun);

        Assert.Equal(vector.Text("jam"), Convert.ToHexStringLower(jam));
        Assert.True(NounEquality.Same(noun, NounJam.Cue(jam)));
        Assert.Equal(vector.Text("mug"), $"{NounMug.Of(noun):x8}");
        if (vector.Has("jamShortest"))
        {
            Assert.True(NounEquality.Same(noun, NounJam.Cue(Convert.FromHexString(vector.Text("jamShortest")))));
        }
    }

    [Theory, MemberData(nameof(Mugs))]
    public void A_noun_has_its_mug(string name)
    {
        JsonElement vector = NockVectors.Case("mug", name);
        Assert.Equal(vector.Text("mug"), $"{NounMug.Of(vector.ReadNoun()):x8}");
    }

    [Theory, MemberData(nameof(CueRejects))]
    public void Bytes_that_are_no_noun_are_refused(string name)
    {
        byte[] bytes = Convert.FromHexString(NockVectors.Case("cue-reject", name).Text("bytes"));
        Assert.Throws<NounFormatException>(() => NounJam.Cue(bytes));
        Assert.Throws<NounFormatException>(() => NounJam.Cue(bytes, strict: false));
    }

    [Theory, MemberData(nameof(Texts))]
    public void A_text_is_read_and_printed_or_refused(string name)
    {
        JsonElement vector = NockVectors.Case("text", name);
        if (vector.Has("reject"))
        {
            Assert.Throws<NounFormatException>(() => NounText.Parse(vector.Text("text")));
            return;
        }
        Assert.Equal(vector.Text("print"), NounText.Print(NounText.Parse(vector.Text("text"))));
    }

    [Theory, MemberData(nameof(Auras))]
    public void An_atom_has_its_notations(string name)
    {
        JsonElement vector = NockVectors.Case("aura", name);
        string aura = vector.Text("kind")[..2];
        bool read = NounAura.TryParse(vector.Text("text"), aura, out Atom atom);
        Assert.Equal(!vector.Has("reject"), read);
        if (read)
        {
            Assert.Equal(vector.Text("atom"), NounText.Print(atom));
            Assert.Equal(vector.Text("text"), NounAura.Print(atom, aura));
        }
    }
}
