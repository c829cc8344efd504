using System.Globalization;
using System.Security.Cryptography;

namespace Granary.Vms.RiscV.Tests;

[Trait("Category", "Conformance")]
[Trait("Engine", "riscv64")]
public sealed class RiscVConformanceTests
{
    private static readonly Lazy<Dictionary<string, RiscVProgramVector>> _directed =
        RiscVVectorFiles.Lines<RiscVProgramVector>("directed.jsonl", v => v.Id);

    private static readonly Lazy<Dictionary<string, RiscVProgramVector>> _fusion =
        RiscVVectorFiles.Lines<RiscVProgramVector>("fusion.jsonl", v => v.Id);

    private static readonly Lazy<Dictionary<string, RiscVProgramVector>> _cPrograms =
        RiscVVectorFiles.Lines<RiscVProgramVector>("c_programs.jsonl", v => v.Id);

    private static readonly Lazy<Dictionary<string, RiscVSequenceVector>> _sequences =
        RiscVVectorFiles.Lines<RiscVSequenceVector>("programs.jsonl", v => v.Id);

    public static TheoryData<string> Directed => [.. _directed.Value.Keys];

    public static TheoryData<string> Fusion => [.. _fusion.Value.Keys];

    public static TheoryData<string> CPrograms => [.. _cPrograms.Value.Keys];

    public static TheoryData<string> Sequences =>
        [.. _sequences.Value.Values.Where(v => v.MinVersion is not null).Select(v => v.Id)];

    public static TheoryData<string> AtomicSequences =>
        [.. _sequences.Value.Values.Where(v => v.MinVersion is null).Select(v => v.Id)];

    [Theory, MemberData(nameof(Directed))]
    public void Situation_ends_as_in_the_reference(string id) => Check(_directed.Value[id]);

    [Theory, MemberData(nameof(Fusion))]
    public void Fusible_sequence_ends_and_costs_as_in_the_reference(string id) => Check(_fusion.Value[id]);

    [Theory, MemberData(nameof(CPrograms))]
    public void C_program_ends_prints_and_costs_as_in_the_reference(string id) => Check(_cPrograms.Value[id]);

    [Theory, MemberData(nameof(Sequences))]
    public void Random_sequence_leaves_registers_memory_and_cycles_as_in_the_reference(string id)
    {
        RiscVSequenceVector vector = _sequences.Value[id];
        for (int version = vector.MinVersion!.Value; version < RiscVTestRun.Engines.Length; version++)
        {
            RiscVTestRun run = new(RiscVTestRun.Engines[version], vector.Elf, []);
            Assert.Equal(vector.Exit, RiscVTestRun.ExitCode(run.Run()));
            CheckEnd(vector, run);
            if (vector.Cycles![version] is { } cycles)
            {
                Assert.Equal((version, cycles), (version, (long)run.State.Cycles));
            }
        }
    }

    [Theory, MemberData(nameof(AtomicSequences))]
    public void Atomic_sequence_needs_the_extension_and_leaves_registers_and_memory(string id)
    {
        RiscVSequenceVector vector = _sequences.Value[id];
        foreach (RiscVEngine engine in RiscVTestRun.Engines)
        {
            VmExit.Trapped trap = Assert.IsType<VmExit.Trapped>(new RiscVTestRun(engine, vector.Elf, []).Run());
            Assert.Equal(TrapKind.UndefinedInstruction, trap.Kind);
        }
        RiscVProfile profile = RiscVProfile.Ckb2 with { HasAtomics = true, Fuses = false, CountsInstructions = true };
        RiscVTestRun run = new(profile, vector.Elf, []);
        Assert.Equal(vector.Exit, RiscVTestRun.ExitCode(run.Run()));
        CheckEnd(vector, run);
        Assert.Equal(vector.Insts, (long)run.State.Cycles - run.LoadCycles);
    }

    /// <summary>Registers and memory after the end, the same for all versions.</summary>
    internal static void CheckEnd(RiscVSequenceVector vector, RiscVTestRun run)
    {
        Assert.Equal(vector.Regs, run.Hart!.X[..RiscVHart.RegisterCount].Select(x => $"{x:x}"));
        int start = int.Parse(vector.DataAddr[2..], NumberStyles.HexNumber, NumberFormatInfo.InvariantInfo);
        byte[] hash = SHA256.HashData(run.Hart.Memory.Bytes.AsSpan(start, vector.DataLen));
        Assert.Equal(vector.DataSha256, Convert.ToHexStringLower(hash));
    }

    private static void Check(RiscVProgramVector vector)
    {
        foreach ((string version, RiscVExpectation expect) in vector.Expect)
        {
            RiscVEngine engine = RiscVTestRun.Engines[int.Parse(version, NumberFormatInfo.InvariantInfo)];
            if (expect.Error is "ElfParseError" or "ElfBits" || expect.Error?.StartsWith("ElfSegment") == true)
            {
                InvalidCodeException e = Assert.Throws<InvalidCodeException>(
                    () => engine.Load(vector.Elf, VmLimits.Default));
                Assert.StartsWith(expect.Error, e.What, StringComparison.Ordinal);
                continue;
            }
            if (expect.Error is null)
            {
                CheckSuccess(vector, expect, engine);
            }
            else
            {
                Assert.Equal((version, ErrorOf(expect)), (version, RunToError(vector, engine)));
            }
        }
    }

    private static void CheckSuccess(RiscVProgramVector vector, RiscVExpectation expect, RiscVEngine engine)
    {
        RiscVTestRun run = new(engine, vector.Elf, vector.Args);
        VmExit exit = run.Run(messageGas: vector.MaxCycles ?? GasMeter.Unlimited);
        Assert.Equal((engine.Id, expect.Exit), (engine.Id, RiscVTestRun.ExitCode(exit)));
        if (expect.Cycles is { } cycles)
        {
            Assert.Equal((engine.Id, cycles), (engine.Id, (long)run.State.Cycles));
        }
        if ((expect.Log ?? vector.Log) is { } log)
        {
            Assert.Equal(log, run.Log);
        }
        if (expect.Regs is { } regs)
        {
            IEnumerable<(string, string)> found = run.Hart!.X[..RiscVHart.RegisterCount]
                .Select((x, i) => ($"x{i}", $"{x:x}")).Where(r => r.Item2 != "0" && r.Item1 != "x2");
            Assert.Equal(regs.Select(r => (r.Key, r.Value)), found);
        }
    }

    /// <summary>The error as the engine words it: loading and running fail in different ways.</summary>
    private static string RunToError(RiscVProgramVector vector, RiscVEngine engine)
    {
        try
        {
            RiscVTestRun run = new(engine, vector.Elf, vector.Args);
            VmExit.Trapped trap = Assert.IsType<VmExit.Trapped>(
                run.Run(messageGas: vector.MaxCycles ?? GasMeter.Unlimited));
            string[] words = trap.Site.Text.Split(", ");
            return trap.Kind == TrapKind.OutOfGas ? "ExceededMaximumCycles"
                : trap.Kind == TrapKind.UndefinedInstruction ? trap.Site.Text
                : words[1].StartsWith("InvalidEcall", StringComparison.Ordinal) ? words[1]
                : words[1].Split(' ')[0];
        }
        catch (InvalidCodeException e)
        {
            return e.What.Split(':')[0];
        }
    }

    private static string ErrorOf(RiscVExpectation expect) => expect.Error switch
    {
        "InvalidInstruction" => $"pc 0x{expect.Pc}, InvalidInstruction 0x{expect.Instruction}",
        "InvalidEcall" => $"InvalidEcall {expect.Number}",
        _ => expect.Error!,
    };
}
