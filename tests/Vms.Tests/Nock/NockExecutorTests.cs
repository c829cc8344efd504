using System.Buffers.Binary;
using System.Text.Json;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

[Trait("Category", "Conformance")]
[Trait("Engine", "nock")]
public sealed class NockExecutorTests
{
    public static TheoryData<string> Cases => NockVectors.Names("kv");

    [Theory, MemberData(nameof(Cases))]
    public void A_scenario_ends_the_same_in_every_order_of_arrival(string name)
    {
        JsonElement vector = NockVectors.Case("kv", name);
        int seed = 0;
        foreach (JsonElement arrival in vector.GetProperty("arrivals").EnumerateArray())
        {
            foreach (bool restores in new[] { false, true })
            {
                Check(vector, [.. arrival.EnumerateArray().Select(i => i.GetInt32())], seed++, restores);
            }
        }
    }

    [Fact]
    public void A_transaction_that_never_ends_fails_and_later_ones_go_on()
    {
        NockWorld world = new("order listed", 1) { Gas = 20_000_000 };
        Assert.Equal("2 ordered\n", world.Ask("order", "[5 6 0]"));
        world.Submit("loop", NounJam.Jam(NounText.Parse("[[9 2 0 1] 0 0]")), "5");
        world.Submit("late", Put("[1 0]", "7"), "6");
        Dictionary<string, string> ends = world.Run();
        Assert.StartsWith("1: id 5, failed (out-of-gas)", ends["loop"], StringComparison.Ordinal);
        Assert.Equal("2: id 6, ok, meter 15 + 9\n", ends["late"]);
        Assert.Equal("7\n", world.Ask("get", "[1 0]"));
    }

    [Fact]
    public void An_abandoned_transaction_lets_later_ones_go_on()
    {
        NockWorld world = new("order listed", 2);
        world.Ask("order", "[5 6 0]");
        Assert.Equal("1: id 5, failed (abandoned), meter 0 + 0\n", world.Ask("abandon", "5"));
        world.Submit("late", Put("[1 0]", "7"), "6");
        Assert.Equal("2: id 6, ok, meter 15 + 9\n", world.Run()["late"]);
        Assert.Equal("refused", world.Ask("abandon", "5"));
        Assert.Equal("refused", world.Ask("order", "[6 0]"));
    }

    [Fact]
    public void Whoever_comes_gets_the_next_place()
    {
        NockWorld world = new("", 3);
        world.Submit("a", Put("[1 0]", "7"), "");
        world.Submit("b", Put("[1 0]", "8"), "");
        Dictionary<string, string> ends = world.Run();
        Assert.All(ends.Values, v => Assert.Contains("ok", v, StringComparison.Ordinal));
        Assert.Equal(2, world.Ask("list", "").Count(c => c == '\n'));
        Assert.NotEqual(world.Ask("at", "[1 1 0]"), world.Ask("at", "[2 1 0]"));
    }

    [Fact]
    public void Who_waits_for_one_that_has_trapped_sleeps_until_it_is_abandoned()
    {
        NockWorld world = new("order listed", 4);
        world.Ask("order", "[5 6 0]");
        // Without gas for anything but joining, its message traps and the place stays open.
        world.Submit("stuck", Put("[1 0]", "7"), "5", gas: 30_000);
        world.Submit("late", NounJam.Jam(NounText.Parse(
            "[[[[1 [1 0] 0] 1 [1 0] 0] [1 [[1 1 0] 12 [1 0] [0 6] [1 1 0] 1 0] 1 0] [0 6] 1 0] 0 0]")), "6");
        Dictionary<string, string> ends = world.Run(afterSleeps: 5, then: () => world.Ask("abandon", "5"));
        Assert.Contains("OutOfGas", ends["stuck"], StringComparison.Ordinal);
        Assert.Equal("2: id 6, failed (absent), meter 15 + 13\n", ends["late"]);
    }

    /// <summary>A gate that declares one key and puts a value there.</summary>
    private static byte[] Put(string key, string value) => NounJam.Jam(NounText.Parse(
        $"[[[[1 0] 1 {key} 0] [1 [[1 {key}] 1 {value}] 1 0] [0 6] 1 0] 0 0]"));

    private static void Check(JsonElement vector, int[] arrival, int seed, bool restores)
    {
        bool declared = vector.Text("rules") == "declared";
        NockWorld world = new($"rules {vector.Text("rules")}\norder listed", seed) { Restores = restores };
        JsonElement[] transactions = [.. vector.GetProperty("transactions").EnumerateArray()];
        JsonElement[] results = [.. vector.GetProperty("results").EnumerateArray()];
        world.Ask("order", $"[{string.Join(' ', transactions.Select(t => t.Text("id")))} 0]");
        foreach (int i in arrival)
        {
            world.Submit($"t{i}", NounJam.Jam(Code(transactions[i])), transactions[i].Text("id"));
        }
        Dictionary<string, string> ends = world.Run();
        string where = $"{vector.Text("name")}, seed {seed}, restores {restores}";
        for (int i = 0; i < results.Length; i++)
        {
            JsonElement result = results[i];
            bool ok = result.Text("status") == "ok";
            string end = ends[$"t{i}"];
            Assert.True(end.Contains(", ok,", StringComparison.Ordinal) == ok, $"{where}: {i} is {end}");
            string meters = $"meter {Meter(result, "meter1")} + {Meter(result, "meter2")}\n";
            Assert.True(end.EndsWith(meters, StringComparison.Ordinal), $"{where}: {i} is {end}, not {meters}");
            if (declared)
            {
                CheckDeclaration(results, i, Record(world, i), where);
            }
        }
        CheckStore(vector, world, where);
    }

    private static void CheckDeclaration(JsonElement[] results, int i, NockOrder order, string where)
    {
        foreach ((string field, Noun declared) in new[] { ("reads", order.Reads), ("writes", order.Writes) })
        {
            string wanted = results[i].TryGetProperty(field, out JsonElement spaces)
                ? NounText.Print(Noun.List([.. spaces.EnumerateArray().Select(s => NounText.Parse(s.GetString()!))]))
                : "0";
            Assert.True(wanted == NounText.Print(declared), $"{where}: {i} {field} {declared}");
        }
        int[] waits =
        [
            .. Enumerable.Range(0, i).Where(j => results[j].TryGetProperty("writes", out JsonElement writes)
                && NockKeyspaces.Overlap(
                    Noun.List([.. writes.EnumerateArray().Select(s => NounText.Parse(s.GetString()!))]), order.Reads)),
        ];
        Assert.Equal(results[i].GetProperty("waitsFor").EnumerateArray().Select(w => w.GetInt32()), waits);
    }

    private static void CheckStore(JsonElement vector, NockWorld world, string where)
    {
        JsonElement[] stores = [.. vector.GetProperty("storeAfter").EnumerateArray()];
        HashSet<string> keys = [.. stores.SelectMany(s => s.EnumerateArray()).Select(p => p[0].GetString()!)];
        for (int i = 0; i < stores.Length; i++)
        {
            Dictionary<string, string> store = stores[i].EnumerateArray().ToDictionary(
                p => p[0].GetString()!, p => p[1].GetString()!);
            foreach (string key in keys)
            {
                string found = world.Ask("at", $"[{i + 1} {key}]");
                string wanted = store.TryGetValue(key, out string? value) ? value + "\n" : "refused";
                Assert.True(wanted == found, $"{where}: after {i} {key} is {found}, not {wanted}");
            }
        }
    }

    private static NockOrder Record(NockWorld world, int place)
    {
        byte[] key = [.. "o/"u8, .. new byte[8]];
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(2), place);
        return NockOrder.FromNoun(NounJam.Cue(world.Executor.Data[key]));
    }

    private static long Meter(JsonElement result, string field) =>
        result.TryGetProperty(field, out JsonElement meter) ? meter.GetInt64() : 0;

    private static Noun Code(JsonElement transaction) => transaction.Has("jam")
        ? Atom.FromBytes(Convert.FromHexString(transaction.Text("jam")))
        : transaction.ReadNoun("code");
}
