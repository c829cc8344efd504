using Granary.Vms.Script;

namespace Granary.Vms.Tests.Script;

public sealed class ScriptOpcodesTests
{
    [Fact]
    public void Stored_numbers_of_instructions_never_change() => Assert.Equal(
        "0 End, 1 Set, 2 Add, 3 Sub, 4 Mul, 5 Div, 6 Mod, 7 Join, 8 Int, 9 Text, 10 Len, 11 Goto, 12 If, 13 Halt, "
        + "14 Revert, 16 Get, 17 Put, 18 Delete, 19 Next, 24 Send, 25 Call, 26 Await, 27 Reply, 28 Receive, 29 Sleep, "
        + "30 Emit, 31 Broadcast, 32 Print, 33 Log, 34 Random, 35 Time, 36 Gas, 40 Arrived, 41 Bind, 42 Unbind, "
        + "43 Open, 44 Revoke, 48 Schedule, 49 Unschedule",
        Show<ScriptOp>());

    [Fact]
    public void Stored_numbers_of_comparisons_never_change() => Assert.Equal(
        "0 Equal, 1 NotEqual, 2 Less, 3 LessOrEqual, 4 Greater, 5 GreaterOrEqual", Show<ScriptComparison>());

    [Fact]
    public void Stored_numbers_of_phases_never_change() => Assert.Equal(
        "0 Idle, 1 Running, 2 Waiting, 3 UnknownEntry, 4 EntryTooLarge, 5 AnswerTooLarge", Show<ScriptPhase>());

    [Fact]
    public void Each_instruction_has_a_row_of_its_own()
    {
        foreach (ScriptOp op in ScriptOpcodes.All)
        {
            ref readonly ScriptOpInfo row = ref ScriptOpcodes.Info(op);
            Assert.Equal(op.ToString().ToLowerInvariant(), row.Name);
            Assert.True(row.Gas > 0, $"{op} is free.");
            Assert.InRange(row.Operands.Length, 0, ScriptOpcodes.OperandsMax);
            Assert.Equal(op, ScriptOpcodes.Find(row.Name));
            Assert.True(ScriptOpcodes.IsStored((byte)op));
        }
    }

    [Fact]
    public void Each_instruction_appears_in_the_vectors()
    {
        HashSet<ScriptOp> seen = [];
        foreach ((string _, ScriptVector vector) in ScriptVectors.All)
        {
            ScriptProgram program = (ScriptProgram)ScriptVectors.Load(vector);
            seen.UnionWith(program.Instructions.Select(i => i.Op));
        }
        Assert.Empty(Enum.GetValues<ScriptOp>().Except(seen));
    }

    [Fact]
    public void Each_instruction_is_in_the_language_reference()
    {
        string readme = File.ReadAllText(
            Path.Combine(Granary.Tests.VectorFolders.RepositoryRoot(), "Vms", "Script", "README.md"));
        Assert.All(ScriptOpcodes.All, op =>
        {
            ScriptOpInfo row = ScriptOpcodes.Info(op);
            Assert.Contains(readme.Split('\n'), line =>
                line.StartsWith($"| `{row.Name}", StringComparison.Ordinal)
                && line.EndsWith($"| {row.Gas} |", StringComparison.Ordinal));
        });
    }

    private static string Show<T>() where T : struct, Enum =>
        string.Join(", ", Enum.GetValues<T>().Select(v => $"{v:D} {v}"));
}
