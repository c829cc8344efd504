using System.Text.Json;

namespace Granary.Vms.Tests.Evm;

/// <summary>Transactions under the rules of Cancun, from Ethereum's suite: each is a message to a world.</summary>
[Trait("Category", "Conformance")]
[Trait("Engine", "evm")]
public sealed class EvmStateTests
{
    public static IEnumerable<object[]> Cases => Of("state");

    /// <summary>All long ones but this, whose 2^32 - 1 rounds take minutes: <see cref="EvmListing"/> runs it.</summary>
    public static IEnumerable<object[]> SlowCases => Of("slow").Where(c => (string)c[1] != "CALLBlake2f_MaxRounds");

    [Theory, MemberData(nameof(Cases))]
    public void A_transaction_ends_as_the_suite_says(string pack, string file, string name, int index) =>
        EvmStateCase.Load("state", pack, file, name, index).Check();

    [Theory, MemberData(nameof(SlowCases))]
    [Trait("Category", "Slow")]
    public void A_long_transaction_ends_as_the_suite_says(string pack, string file, string name, int index) =>
        EvmStateCase.Load("slow", pack, file, name, index).Check();

    /// <summary>Pack, file, test and index of each case.</summary>
    public static IEnumerable<object[]> Of(string group)
    {
        List<object[]> cases = [];
        foreach (string pack in EvmVectorPack.Packs(group))
        {
            foreach (JsonProperty file in EvmVectorPack.Open(group, pack).EnumerateObject())
            {
                foreach (JsonProperty test in file.Value.EnumerateObject())
                {
                    int count = test.Value.GetProperty("post").GetProperty("Cancun").GetArrayLength();
                    cases.AddRange(
                        Enumerable.Range(0, count).Select(i => new object[] { pack, file.Name, test.Name, i }));
                }
            }
        }
        return cases.Count > 0
            ? cases
            : throw new InvalidOperationException($"{EvmVectorPack.Folder} holds no case of {group}.");
    }
}
