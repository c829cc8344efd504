using System.Runtime.CompilerServices;

namespace Granary.Vms.Mova.Tests;

public sealed class MovaEngineTests
{
    private static readonly string SampleFolder = FindSamples();

    public static TheoryData<string> Samples =>
        [.. Directory.EnumerateFiles(SampleFolder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_registry_finds_engine_and_languages()
    {
        VmEngines engines = new(new MovaEngine());

        Assert.Equal("mova@1", engines.FindNewest("mova")!.Id.ToString());
        Assert.IsType<MovaCompiler>(engines.FindLanguage(".mova")!.Value.Language);
        Assert.IsType<MovaAssembler>(engines.FindLanguage(".movasm")!.Value.Language);
    }

    [Fact]
    public void Code_of_a_wrong_size_is_refused_with_its_place()
    {
        InvalidCodeException cut = Assert.Throws<InvalidCodeException>(
            () => MovaTestRun.Engine.Load(new byte[7], VmLimits.Default));
        InvalidCodeException large = Assert.Throws<InvalidCodeException>(
            () => MovaTestRun.Engine.Load(new byte[12], VmLimits.Default with { CodeBytesMax = 8 }));

        Assert.Equal("The last instruction has 3 of 4 bytes. (at offset 4)", cut.Message);
        Assert.Equal("The code has 12 bytes; the limit is 8.", large.Message);
    }

    [Theory, MemberData(nameof(Samples))]
    public void Sample_compiles_runs_and_begins_with_a_comment(string file)
    {
        string text = File.ReadAllText(Path.Combine(SampleFolder, file));
        IVmLanguage language = new VmEngines(new MovaEngine()).FindLanguage(Path.GetExtension(file))!.Value.Language;
        MovaTestRun run = new(language.Compile(text, VmLimits.Default));

        VmExit exit = run.RunInSlices(() => GasMeter.Unlimited, 20_000);

        Assert.Matches(@"^(//|;) \w", text);
        Assert.True(exit is VmExit.Halted or VmExit.Trapped { Kind: TrapKind.OutOfGas });
    }

    [Fact]
    public void The_counter_counts_and_is_the_seeds_program()
    {
        string text = File.ReadAllText(Path.Combine(SampleFolder, "counter.mova"));
        byte[] code = new MovaCompiler().Compile(text, VmLimits.Default);
        MovaTestRun run = new(code);

        run.RunInSlices(() => 1_000, 28_000);

        Assert.Equal("01000000020100000400000005e8030003030000", Convert.ToHexStringLower(code));
        Assert.Equal("1\n2\n3\n4\n5\n", run.Host.Printed);
        Assert.Equal(5_000, run.SleptMs);
    }

    private static string FindSamples([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "..", "samples", "mova"));
}
