using System.Globalization;

namespace Granary.Vms.RiscV.Tests;

[Trait("Category", "Conformance")]
[Trait("Engine", "riscv64")]
public sealed class RiscVDecoderTests
{
    /// <summary>Everything that there is to decode.</summary>
    private static readonly RiscVProfile _all = RiscVProfile.Actor;

    private static readonly Lazy<Dictionary<string, RiscVDecodeVector>> _words =
        RiscVVectorFiles.Lines<RiscVDecodeVector>("decode32.jsonl", v => v.Id);

    private static readonly Lazy<string[]> _expansions = new(() => RiscVVectorFiles.Text("rvc_expand.csv"));

    private static readonly Lazy<Dictionary<string, RiscVGridVector>> _grids =
        RiscVVectorFiles.Array<RiscVGridVector>("grids.json", v => v.Id);

    public static TheoryData<string> Words => [.. _words.Value.Keys];

    public static TheoryData<string> Grids => [.. _grids.Value.Keys];

    /// <summary>The compressed encodings by quadrant and highest bits: one result for about a thousand.</summary>
    public static TheoryData<string> ExpansionGroups =>
        [.. _expansions.Value.Select(GroupOf).Distinct().Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Words))]
    public void Word_decodes_to_the_instruction_or_to_none(string id)
    {
        RiscVDecodeVector vector = _words.Value[id];
        RiscVInstruction i = RiscVDecoder.Decode(Hex(vector.W), _all);
        Assert.Equal(vector.Valid, i.Op != RiscVOp.Invalid);
        if (!vector.Valid)
        {
            return;
        }
        RiscVOpInfo info = RiscVOpcodes.Info(i.Op);
        Assert.Equal((vector.Op, vector.Ext), (info.Name, info.Extension.ToString()));
        Assert.Equal(vector.Rd ?? i.Rd, i.Rd);
        Assert.Equal(vector.Rs1 ?? i.Rs1, i.Rs1);
        Assert.Equal(vector.Rs2 ?? i.Rs2, i.Rs2);
        Assert.Equal(vector.Imm ?? i.Imm, i.Imm);
        bool inBaseOnly = RiscVDecoder.Decode(Hex(vector.W), RiscVProfile.Ckb0).Op != RiscVOp.Invalid;
        Assert.Equal(vector.Ext is "I" or "M", inBaseOnly);
    }

    [Theory, MemberData(nameof(ExpansionGroups))]
    public void Compressed_encodings_stand_for_their_words(string group)
    {
        foreach (string line in _expansions.Value.Where(l => GroupOf(l) == group))
        {
            string[] fields = line.Split(',');
            uint encoding = Hex(fields[0]);
            uint word = fields[1] == "-" ? 0 : Hex(fields[1]);
            Assert.Equal((line, word), (line, RiscVCompressed.Expand(encoding, refusesHints: false)));
            uint first = fields[2] == "+" ? word : 0;
            Assert.Equal((line, first), (line, RiscVCompressed.Expand(encoding, refusesHints: true)));
            Assert.Equal(word != 0, RiscVDecoder.Decode(word, RiscVProfile.Ckb0).Op != RiscVOp.Invalid);
        }
    }

    [Theory, MemberData(nameof(Grids))]
    public void Instruction_computes_the_grid(string id)
    {
        RiscVGridVector vector = _grids.Value[id];
        bool registers = vector.Kind == "rr";
        string[] b = registers && vector.B.ValueKind == System.Text.Json.JsonValueKind.Array
            ? [.. vector.B.EnumerateArray().Select(e => e.GetString()!)]
            : vector.A;
        int columns = registers ? b.Length : vector.Words!.Length;
        for (int column = 0; column < columns; column++)
        {
            RiscVGridMachine machine = new(Hex(registers ? vector.Word! : vector.Words![column]));
            for (int row = 0; row < vector.A.Length; row++)
            {
                ulong result = machine.Run(Hex64(vector.A[row]), registers ? Hex64(b[column]) : 0);
                Assert.Equal((row, column, vector.Results[row][column]), (row, column, $"{result:x}"));
            }
        }
    }

    private static string GroupOf(string line)
    {
        uint encoding = Hex(line[..4]);
        return $"quadrant {encoding & 3}, funct {encoding >> 13}";
    }

    private static uint Hex(string text) => uint.Parse(text, NumberStyles.HexNumber, NumberFormatInfo.InvariantInfo);

    private static ulong Hex64(string text) =>
        ulong.Parse(text, NumberStyles.HexNumber, NumberFormatInfo.InvariantInfo);
}
