using System.Text;
using System.Text.Json;

namespace Granary.Vms.Tests.Primea;

[Trait("Category", "Conformance")]
[Trait("Engine", "primea")]
public sealed class PrimeaConformanceTests
{
    /// <summary>Small enough to cut each case often, prime so as not to fall in step with anything.</summary>
    private const long SliceGas = 7_919;

    private static readonly Dictionary<string, JsonElement> CasesByName = PrimeaVectors.Load("hypervisor.json");

    public static TheoryData<string> Cases => [.. CasesByName.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_world_gives_the_published_events_ids_and_roots(string name) => Check(CasesByName[name], null);

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_same_in_slices_each_restored_from_the_saved_one(string name) => Check(CasesByName[name], SliceGas);

    private static void Check(JsonElement vector, long? sliceGas)
    {
        PrimeaKernel kernel = new(World(vector)) { SliceGas = sliceGas };
        JsonElement expect = vector.GetProperty("expect");
        List<string> roots = [];
        List<JsonElement> events = [];
        SortedDictionary<string, JsonElement> atLastRoot = new(StringComparer.Ordinal);
        string[] names = [.. expect.GetProperty("ids").EnumerateObject().Select(id => id.Name)];
        Dictionary<string, string> ids = [];
        foreach (JsonElement step in vector.GetProperty("steps").EnumerateArray())
        {
            string kind = step.GetProperty("do").GetString()!;
            switch (kind)
            {
                case "root":
                    roots.Add(kernel.Root());
                    foreach (JsonProperty actor in expect.GetProperty("actors").EnumerateObject())
                    {
                        atLastRoot[actor.Name] = Actor(kernel, actor.Name);
                    }
                    CheckBlocks(expect, kernel, roots[^1]);
                    break;
                case "setRoot":
                    kernel.Call("setRoot", roots[step.GetProperty("root").GetInt32()]);
                    break;
                case "send":
                    events.Add(JsonDocument.Parse(kernel.Call("send", step.GetRawText())).RootElement);
                    break;
                default:
                    JsonElement made = JsonDocument.Parse(kernel.Call(kind, step.GetRawText())).RootElement;
                    ids[step.GetProperty("as").GetString()!] =
                        made.GetProperty(kind == "createModule" ? "module" : "actor").GetString()!;
                    break;
            }
            PrimeaAudit.Check(kernel.Host);
        }
        Assert.Equal(expect.GetProperty("roots").EnumerateArray().Select(root => root.GetString()), roots);
        AssertSame(expect.GetProperty("events"), events);
        foreach (JsonProperty actor in expect.GetProperty("actors").EnumerateObject())
        {
            AssertSame(actor.Value, atLastRoot[actor.Name]);
        }
        CheckIds(expect, kernel, ids, names);
        Assert.Equal(expect.GetProperty("hypervisorNonce").GetUInt64(), Nonce(kernel));
    }

    private static string World(JsonElement vector) =>
        $$"""{"meter": {{vector.GetProperty("meter")}}, "nonce": {{vector.GetProperty("nonce")}}}""".ToLowerInvariant();

    private static JsonElement Actor(PrimeaKernel kernel, string name)
    {
        VmExit exit = kernel.Send("actor", Encoding.UTF8.GetBytes(name));
        // Until it is made, a name means nothing; to the vectors that is the same as not being there.
        return JsonDocument.Parse(exit is VmExit.Halted halted ? halted.Output : "null"u8.ToArray()).RootElement;
    }

    private static void CheckIds(
        JsonElement expect, PrimeaKernel kernel, Dictionary<string, string> madeByHost, string[] names)
    {
        foreach (string name in names)
        {
            string expected = expect.GetProperty("ids").GetProperty(name).GetString()!;
            if (madeByHost.TryGetValue(name, out string? made))
            {
                Assert.Equal(expected, made);
            }
            // What scripts make is known to the world by its name: the last 20 bytes of what the name stands for.
            byte[] named = kernel.Host.Data[Encoding.UTF8.GetBytes($"n/{name}")];
            Assert.Equal(expected, Convert.ToHexStringLower(named.AsSpan(named.Length - 20)));
        }
    }

    private static ulong Nonce(PrimeaKernel kernel)
    {
        // CBOR [counter, ...]: the counter stands behind the head of the array.
        byte[] world = kernel.Host.Data["world"u8.ToArray()];
        return world[1] < 24 ? world[1] : Convert.ToUInt64(
            Convert.ToHexString(world.AsSpan(2, 1 << (world[1] - 24))), 16);
    }

    /// <summary>Every block that a root reaches is there, and the last ones are the published ones.</summary>
    private static void CheckBlocks(JsonElement expect, PrimeaKernel kernel, string root)
    {
        string[] roots = [.. expect.GetProperty("roots").EnumerateArray().Select(r => r.GetString()!)];
        if (root != roots[^1] || !expect.TryGetProperty("blocks", out JsonElement blocks))
        {
            return;
        }
        foreach (JsonProperty block in blocks.EnumerateObject())
        {
            byte[] key = Encoding.UTF8.GetBytes($"b/{block.Name}");
            Assert.True(kernel.Host.Data.TryGetValue(key, out byte[]? stored), $"Block {block.Name} is missing.");
            Assert.Equal(block.Value.GetString(), Convert.ToHexStringLower(stored));
        }
    }

    private static void AssertSame(JsonElement expected, IReadOnlyList<JsonElement> actual)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Count);
        for (int i = 0; i < actual.Count; i++)
        {
            AssertSame(expected[i], actual[i]);
        }
    }

    private static void AssertSame(JsonElement expected, JsonElement actual) =>
        Assert.True(JsonElement.DeepEquals(expected, actual), $"Expected {expected}\nbut was  {actual}");
}
