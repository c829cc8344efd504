using System.Text.Json;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

[Trait("Category", "Conformance")]
[Trait("Engine", "nock")]
public sealed class NockConformanceTests
{
    public static TheoryData<string> Rules => NockVectors.Names("eval-rules");

    public static TheoryData<string> Programs => NockVectors.Names("eval-programs");

    public static TheoryData<string> Randoms => NockVectors.Names("eval-random");

    [Theory, MemberData(nameof(Rules))]
    public void Rule(string name) => Check(NockVectors.Case("eval-rules", name));

    [Theory, MemberData(nameof(Programs))]
    public void Program(string name) => Check(NockVectors.Case("eval-programs", name));

    [Theory, MemberData(nameof(Randoms))]
    public void Random_formula(string name) => Check(NockVectors.Case("eval-random", name));

    [Fact]
    public void Every_operator_is_in_the_vectors()
    {
        HashSet<string> kinds = [.. NockVectors.All("eval-rules").Select(c => c.Text("kind"))];
        // 12 has a kind of its own name.
        Assert.All(Enumerable.Range(0, NockOpcodes.Count - 1), op => Assert.Contains($"rule-{op}", kinds));
        Assert.Contains("scry", kinds);
    }

    /// <summary>Product, meter and hints, in one slice and step by step; and the gas is exact.</summary>
    private static void Check(JsonElement vector)
    {
        string product = vector.Has("product") ? vector.Text("product") : "Crash";
        string[] puts = vector.TryGetProperty("puts", out JsonElement list)
            ? [.. list.EnumerateArray().Select(p => p.GetString()!)]
            : [];
        long gas = 0;
        foreach (long slice in new[] { long.MaxValue, 1, 3 * NockGas.Step })
        {
            NockEvaluation run = NockEvaluation.Of(vector);
            Assert.Equal(product, run.Run(slice));
            Assert.Equal(vector.GetProperty("meter").GetInt64(), run.State.Meter);
            Assert.Equal(vector.GetProperty("nines").GetInt64(), run.State.Nines);
            Assert.Equal(vector.GetProperty("scries").GetInt64(), run.State.Scries);
            Assert.Equal(puts, run.Puts);
            Assert.True(gas == 0 || gas == run.GasUsed, $"{gas} gas in one slice, {run.GasUsed} in slices of {slice}");
            gas = run.GasUsed;
        }
        Assert.Equal(product, NockEvaluation.Of(vector).Run(50, gas));
        Assert.Equal("OutOfGas", NockEvaluation.Of(vector).Run(50, gas - 1));
        Assert.Equal("OutOfGas", NockEvaluation.Of(vector).Run(long.MaxValue, gas - 1));
    }
}
