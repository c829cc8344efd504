using System.Text;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

public sealed class NockEngineTests
{
    private static readonly byte[] _double = Compile("[[[0 6] 0 6] 0 0]");

    [Theory]
    [InlineData("text", "21", "[21 21]\n")]
    [InlineData("", " [1 %a] ", "[[1 97] 1 97]\n")]
    [InlineData("text", "", "[0 0]\n")]
    [InlineData("measure", "21", "[9 1 0 21 21]\n")]
    public void A_gate_is_kicked_in_text(string entry, string payload, string output) =>
        Assert.Equal(output, Text(_double, entry, payload));

    [Fact]
    public void A_gate_is_kicked_with_jammed_nouns()
    {
        string end = new NockTestRun(_double, "kick", NounJam.Jam(Atom.Of(3))).Run();
        Assert.Contains(Convert.ToHexStringLower(NounJam.Jam(NounText.Parse("[3 3]"))), end, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[[0 0] 0 0]", "text", "0", "BadOperand", "[0 0]")]
    [InlineData("[[12 [1 0] 1 0] 0 0]", "text", "0", "BadOperand", "scry outside")]
    [InlineData("5", "text", "0", "BadOperand", "")]
    [InlineData("[[0 6] 0 0]", "text", "[1", "BadOperand", "payload")]
    [InlineData("[[0 6] 0 0]", "kick", "\0", "BadOperand", "payload")]
    [InlineData("[[0 6] 0 0]", "jump", "0", "NoSuchEntry", "jump")]
    public void What_cannot_be_traps(string code, string entry, string payload, string trap, string site)
    {
        string end = new NockTestRun(Compile(code), entry, Encoding.UTF8.GetBytes(payload)).Run();
        Assert.Contains(trap, end, StringComparison.Ordinal);
        Assert.Contains(site, end, StringComparison.Ordinal);
    }

    [Fact]
    public void Hints_print() => Assert.EndsWith(
        "[1 2]\n7\n",
        new NockTestRun(Compile("[[11 [1.937.012.080 1 1 2] 11 [1.937.012.080 1 7] 1 3] 0 0]"), "text", []).Run(),
        StringComparison.Ordinal);

    [Fact]
    public void A_transaction_without_an_executor_says_so()
    {
        TestHost host = new(VmLimits.Default);
        IVmContainer machine = NockTestRun.Engine.Load(_double, VmLimits.Default).Start();
        machine.Enter(new VmEntry("transact", default, ""));
        GasMeter gas = new(GasMeter.Unlimited, 100_000_000);
        VmExit.Reverted end = Assert.IsType<VmExit.Reverted>(machine.Run(ref gas, host));
        Assert.Contains("port 'executor'", Encoding.UTF8.GetString(end.Output.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Code_reads_back_from_its_disassembly()
    {
        string library = NockTestRun.Engine.Disassemble(NounJam.Jam(NockLibrary.Noun));
        Assert.True(NounEquality.Same(NockLibrary.Noun, NounText.Parse(library)));
        Assert.All(library.Split('\n'), line => Assert.InRange(line.Length, 0, 220));
        Assert.Throws<InvalidCodeException>(() => NockTestRun.Engine.Load(new byte[] { 0 }, VmLimits.Default));
    }

    [Theory]
    [InlineData("[1 2\n 'a]", 2, 2)]
    [InlineData("[1 :: 2]\n", 2, 1)]
    [InlineData("[1 %]", 1, 4)]
    [InlineData("", 1, 1)]
    public void A_wrong_text_is_refused_where_it_is_wrong(string text, int line, int column)
    {
        SourceException wrong = Assert.Throws<SourceException>(
            () => NockTestRun.Engine.Languages[0].Compile(text, VmLimits.Default));
        Assert.Equal((line, column), (wrong.Line, wrong.Column));
    }

    [Theory]
    [InlineData("rules declared\nrules v0.30", 2)]
    [InlineData("# none\n\nrules\n", 3)]
    public void Wrong_rules_are_refused(string text, int line)
    {
        SourceException wrong = Assert.Throws<SourceException>(
            () => new NockExecutorEngine().Languages[0].Compile(text, VmLimits.Default));
        Assert.Equal(line, wrong.Line);
    }

    [Fact]
    public void A_saved_machine_is_described()
    {
        IVmContainer machine = NockTestRun.Engine.Load(_double, VmLimits.Default).Start();
        machine.Enter(new VmEntry("measure", default, ""));
        GasMeter gas = new(1, 1_000_000);
        machine.Run(ref gas, new TestHost(VmLimits.Default));
        SnapshotBuffer saved = new();
        machine.Save(saved);
        Assert.Contains("entry Measure, phase Kick", NockTestRun.Engine.Describe(saved), StringComparison.Ordinal);
    }

    [Fact]
    public void Stored_numbers_never_change()
    {
        Assert.Equal(
            "Idle UnknownEntry Start Kick Join Phase1 Declare Phase2 Read Behind Finish Ended",
            string.Join(' ', Enum.GetValues<NockPhase>()));
        Assert.Equal("None Kick Text Measure Transact Wait", string.Join(' ', Enum.GetValues<NockEntry>()));
        Assert.Equal("Idle Evaluate Return Puts Scry", string.Join(' ', Enum.GetValues<NockMode>()));
        Assert.Equal("Ordered Joined Declared Done Failed", string.Join(' ', Enum.GetValues<NockOrderState>()));
        Assert.Equal(
            "ConsHead ConsTail ComposeSubject ComposeFormula CellTest Increment EqualFirst EqualSecond If Then Push "
            + "Arm EditPart EditWhole HintProduct HintEnd ScryFirst ScryPath",
            string.Join(' ', Enum.GetValues<NockWait>()));
    }

    private static byte[] Compile(string text) => NockTestRun.Engine.Languages[0].Compile(text, VmLimits.Default);

    private static string Text(byte[] code, string entry, string payload)
    {
        IVmContainer machine = NockTestRun.Engine.Load(code, VmLimits.Default).Start();
        machine.Enter(new VmEntry(entry, Encoding.UTF8.GetBytes(payload), ""));
        GasMeter gas = new(GasMeter.Unlimited, 1_000_000);
        return machine.Run(ref gas, new TestHost(VmLimits.Default)) is VmExit.Halted halted
            ? Encoding.UTF8.GetString(halted.Output.Span)
            : "";
    }
}
