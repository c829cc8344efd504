namespace Granary.Vms.Mova.Tests;

[Trait("Category", "Conformance")]
[Trait("Engine", "mova")]
public sealed class MovaConformanceTests
{
    public static TheoryData<string> Sources => MovaVectorFile.ProgramNames(v => v.Source is not null);

    public static TheoryData<string> Programs => MovaVectorFile.ProgramNames(v => v.Expect is not null);

    public static TheoryData<string> States => MovaVectorFile.StateNames;

    public static TheoryData<string> Restores => MovaVectorFile.RestoreNames;

    [Theory, MemberData(nameof(Sources))]
    public void Source_assembles_to_the_bytes_or_is_refused(string name)
    {
        MovaVector vector = MovaVectorFile.Program(name);
        MovaAssembler assembler = new();

        if (vector.AsmError is not null)
        {
            Assert.Throws<SourceException>(() => assembler.Compile(vector.Source!, VmLimits.Default));
            return;
        }
        Assert.Equal(vector.Bytecode, Convert.ToHexStringLower(assembler.Compile(vector.Source!, VmLimits.Default)));
    }

    [Theory, MemberData(nameof(Programs))]
    public void Program_runs_as_expected(string name)
    {
        MovaVector vector = MovaVectorFile.Program(name);
        MovaTestRun run = new(vector.Code);

        Check(vector, run);
    }

    [Theory, MemberData(nameof(Restores))]
    public void Restored_program_runs_on_as_expected(string name)
    {
        MovaVector vector = MovaVectorFile.Restore(name);
        SnapshotBuffer from = new();
        from.WriteSection("state", Convert.FromHexString(vector.From!));
        MovaTestRun run = new(vector.Code, from: from);

        Check(vector, run);
    }

    [Theory, MemberData(nameof(States))]
    public void State_is_read_and_written_back_or_refused(string name)
    {
        MovaVector vector = MovaVectorFile.State(name);
        byte[] bytes = Convert.FromHexString(vector.State!);

        if (vector.Valid == false)
        {
            Assert.Throws<SnapshotFormatException>(() => MovaState.Parse(bytes, topFirst: false));
            Assert.Throws<SnapshotFormatException>(() => MovaState.Parse(bytes, topFirst: true));
            return;
        }
        MovaState state = MovaState.Parse(bytes, topFirst: false);
        Assert.Equal(vector.Stack, state.Stack.ToArray());
        Assert.Equal(vector.Ip, state.InstructionPointer);
        Assert.Equal(vector.State, Convert.ToHexStringLower(state.ToBytes()));
        Assert.Equal(vector.StateTopFirst, Convert.ToHexStringLower(state.ToBytes(topFirst: true)));
        MovaState turned = MovaState.Parse(Convert.FromHexString(vector.StateTopFirst!), topFirst: true);
        Assert.Equal(vector.State, Convert.ToHexStringLower(turned.ToBytes()));
    }

    /// <summary>Runs step by step (a slice of one gas is one instruction) and compares checkpoints and end.</summary>
    private static void Check(MovaVector vector, MovaTestRun run)
    {
        MovaExpectation expect = vector.Expect!;
        Dictionary<int, MovaCheckpoint> checkpoints = (vector.Checkpoints ?? []).ToDictionary(c => c.Step);
        int steps = 0;
        CheckpointHolds(checkpoints, 0, run);
        VmExit exit = VmExit.SliceEnded.Instance;
        while (steps < vector.MaxSteps && exit is VmExit.SliceEnded or VmExit.Suspended)
        {
            long before = run.GasUsed;
            exit = run.RunSlice(1, GasMeter.Unlimited);
            if (run.GasUsed > before)
            {
                CheckpointHolds(checkpoints, ++steps, run);
            }
        }
        Assert.Equal(expect.Status, Status(exit));
        Assert.Equal(expect.Steps, steps);
        Assert.Equal(expect.SleptMs, run.SleptMs);
        Assert.Equal(Lines(expect.Printed), run.Host.Printed);
        Assert.Equal(expect.State, run.StateHex);
        MovaState state = MovaState.Parse(Convert.FromHexString(expect.State), topFirst: false);
        Assert.Equal(expect.Stack, state.Stack.ToArray());
        Assert.Equal(expect.Ip, state.InstructionPointer);
        if (expect.Trap is not null)
        {
            TrapKind kind = Assert.IsType<VmExit.Trapped>(exit).Kind;
            Assert.Equal(expect.Trap, kind == TrapKind.StackUnderflow ? "stack-underflow" : "bad-opcode");
            Assert.True(kind is TrapKind.StackUnderflow or TrapKind.UndefinedInstruction);
        }
    }

    private static void CheckpointHolds(Dictionary<int, MovaCheckpoint> checkpoints, int step, MovaTestRun run)
    {
        if (!checkpoints.TryGetValue(step, out MovaCheckpoint? checkpoint))
        {
            return;
        }
        Assert.Equal(checkpoint.State, run.StateHex);
        Assert.Equal(checkpoint.Printed, run.Host.Printed.Count(c => c == '\n'));
        MovaState state = MovaState.Parse(Convert.FromHexString(checkpoint.StateTopFirst), topFirst: true);
        Assert.Equal(checkpoint.State, Convert.ToHexStringLower(state.ToBytes()));
        Assert.Equal(checkpoint.Stack, state.Stack.ToArray());
        Assert.Equal(checkpoint.Ip, state.InstructionPointer);
    }

    private static string Status(VmExit exit) => exit switch
    {
        VmExit.Halted => "ended",
        VmExit.Trapped => "trap",
        _ => "running",
    };

    private static string Lines(int[] values) => string.Concat(values.Select(v => $"{v}\n"));
}
