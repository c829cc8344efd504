using System.Text.Json;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Single calls of precompiled contracts, from the vectors.</summary>
[Trait("Category", "Conformance")]
[Trait("Engine", "evm")]
public sealed class EvmPrecompileTests
{
    private const string File = "precompiles.json.gz";

    public static IEnumerable<object[]> Cases
    {
        get
        {
            int count = EvmVectorPack.Open(File).GetArrayLength();
            return count > 0
                ? Enumerable.Range(0, count).Select(
                    i => new object[] { EvmVectorPack.Open(File)[i].GetProperty("kind").GetString()!, i })
                : throw new InvalidOperationException($"{File} holds no case.");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_precompiled_contract_answers_and_costs_as_recorded(string kind, int index)
    {
        JsonElement test = EvmVectorPack.Open(File)[index];
        byte[] input = EvmVectorPack.Bytes(test, "input");
        long offered = test.GetProperty("gas").GetInt64();
        EvmRules rules = EvmRules.Of(EvmRevision.Cancun);
        int number = test.GetProperty("address").GetInt32();
        Assert.True(EvmPrecompiles.TryFind(rules, new EvmAddress((ulong)number), out _), kind);
        long gas = EvmPrecompiles.Gas(number, rules, input);
        if (test.TryGetProperty("fail", out JsonElement fail))
        {
            string why = gas > offered ? "out of gas"
                : EvmPrecompiles.TryRun(number, input, out _) ? "none" : "invalid input";
            Assert.Equal(fail.GetString(), why);
            return;
        }
        Assert.Equal(test.GetProperty("gasUsed").GetInt64(), gas);
        Assert.True(EvmPrecompiles.TryRun(number, input, out byte[] output));
        Assert.Equal(test.GetProperty("output").GetString(), "0x" + Convert.ToHexStringLower(output));
    }
}
