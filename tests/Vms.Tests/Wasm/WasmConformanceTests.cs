using Granary.Vms.Wasm;
using Xunit.Abstractions;

namespace Granary.Vms.Tests.Wasm;

/// <summary>The official suite of WebAssembly 2.0 without SIMD: a result for each script.</summary>
[Trait("Category", "Conformance")]
[Trait("Engine", "wasm")]
public sealed class WasmConformanceTests(ITestOutputHelper output)
{
    public static TheoryData<string> Scripts => WastTools.Find("wast2json") is null ? ["none"] : [.. WastScript.Names];

    [WastTheory, MemberData(nameof(Scripts))]
    public void Script_passes_in_the_interpreter(string name) => Check(name, new WastRunner(WastTiers.Interpret));

    [WastTheory, MemberData(nameof(Scripts))]
    public void Script_passes_when_saved_and_restored_at_every_safe_point(string name) =>
        Check(name, new WastRunner(WastTiers.CutEverywhere(WasmInterpreter.Run)));

    [WastTheory, MemberData(nameof(Scripts))]
    public void Script_passes_when_compiled(string name) =>
        Check(name, new WastRunner(WastTiers.RunCompiled, compiles: true));

    [WastTheory, MemberData(nameof(Scripts))]
    public void Script_passes_when_compiled_and_cut_at_every_safe_point(string name) =>
        Check(name, new WastRunner(WastTiers.CutEverywhere(WasmTiers.Run), compiles: true));

    [WastTheory, MemberData(nameof(Scripts))]
    public void Script_passes_when_every_cut_changes_the_tier(string name) =>
        Check(name, new WastRunner(WastTiers.CutEverywhere(WastTiers.Alternate()), compiles: true));

    private void Check(string name, WastRunner runner)
    {
        runner.Execute(WastScript.Load(name));

        output.WriteLine($"{runner.Assertions} assertions");
        runner.OtherWords.ForEach(output.WriteLine);
        Assert.Empty(runner.Failures);
    }
}
