using System.Text.Json;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Single messages under the first rules, from Ethereum's legacy suite.</summary>
[Trait("Category", "Conformance")]
[Trait("Engine", "evm")]
public sealed class EvmVmTests
{
    public static IEnumerable<object[]> Cases => Of("vmtests");

    public static IEnumerable<object[]> SlowCases => Of("vmtests-slow");

    [Theory, MemberData(nameof(Cases))]
    public void A_message_ends_as_the_suite_says(string pack, string name) => Check("vmtests", pack, name);

    [Theory, MemberData(nameof(SlowCases))]
    public void A_long_message_ends_as_the_suite_says(string pack, string name) => Check("vmtests-slow", pack, name);

    /// <summary>Pack and name of each message.</summary>
    public static IEnumerable<object[]> Of(string group)
    {
        List<object[]> cases = [.. EvmVectorPack.Packs(group).SelectMany(
            pack => EvmVectorPack.Open(group, pack).EnumerateObject().Select(t => new object[] { pack, t.Name }))];
        return cases.Count > 0
            ? cases
            : throw new InvalidOperationException($"{EvmVectorPack.Folder} holds no case of {group}.");
    }

    internal static void Check(string group, string pack, string name)
    {
        JsonElement test = EvmVectorPack.Open(group, pack).GetProperty(name);
        TestHost host = EvmTestWorld.HostOf(test.GetProperty("pre"));
        EvmMessageRun run = EvmMessageRun.Of(test, host);
        run.Finish();
        if (!test.TryGetProperty("gas", out _))
        {
            Assert.NotEqual(EvmFailure.None, run.State.Outcome);
            return;
        }
        Assert.Equal(EvmFailure.None, run.State.Outcome);
        Assert.Equal(EvmVectorPack.Number(test, "gas"), (ulong)run.State.OutcomeGas);
        Assert.Equal(EvmVectorPack.Bytes(test, "out"), run.State.ReturnData.ToArray());
        Assert.Equal(EvmVectorPack.Word(test, "logs"), EvmReceipts.LogsHash(run.State.Logs));
        run.Write();
        Assert.Equal(EvmTestWorld.Show(EvmTestWorld.HostOf(test.GetProperty("post"))), EvmTestWorld.Show(host));
    }
}
