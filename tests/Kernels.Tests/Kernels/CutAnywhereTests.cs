using System.Text.Json;
using Granary.Tests;
using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>
/// Kernels that are stored and restored, through their trees, at safe points of every engine's vector programs end like
/// those that are left alone: same data, machine, gas, output and outcomes. What differs are the checkpoints' own
/// entries, thus positions and with them the inputs that outcomes name; so these are left out of the comparison, and
/// <c>meta/run</c>, <c>seen/</c> and <c>keys/</c>, which hold positions, are not compared as bytes.
/// </summary>
[Trait("Category", "Conformance")]
public sealed class CutAnywhereTests
{
    /// <summary>Up to so many safe points, each is cut at; beyond, about so many seeded ones.</summary>
    private const int CutsMax = 60;

    private const int WakesMax = 400;

    public static TheoryData<string> MovaNames => [.. Mova.Keys];

    public static TheoryData<string> ScriptNames => [.. Script.Keys];

    private static SortedDictionary<string, JsonElement> Mova { get; } = Read(
        Directory.EnumerateFiles(VectorFolders.Find("mova"), "programs.json"), v => v.TryGetProperty("expect", out _));

    private static SortedDictionary<string, JsonElement> Script { get; } =
        Read(Directory.EnumerateFiles(VectorFolders.Find("script"), "*.json"), _ => true);

    [Theory, MemberData(nameof(MovaNames)), Trait("Engine", "mova")]
    public void A_mova_kernel_is_cut_anywhere(string name)
    {
        JsonElement vector = Mova[name];
        byte[] code = Convert.FromHexString(vector.GetProperty("bytecode").GetString()!);
        // The vectors count steps. Prints and sleeps cost more than a step each; a program without an end gets about as
        // many.
        JsonElement expect = vector.GetProperty("expect");
        long steps = vector.GetProperty("maxSteps").GetInt32();
        long gas = steps + 600L * expect.GetProperty("printed").GetArrayLength()
            + (expect.GetProperty("sleptMs").GetInt64() > 0 ? 5_300 * steps / 4 : 0);
        Cut(name, programs => programs.AddCode(TestPrograms.Engines.FindNewest("mova")!.Id, code), [],
            k => k.Call(gas: gas));
    }

    [Theory, MemberData(nameof(ScriptNames)), Trait("Engine", "script")]
    public void A_script_kernel_is_cut_anywhere(string name)
    {
        JsonElement vector = Script[name];
        string source = string.Join('\n', vector.GetProperty("source").EnumerateArray().Select(l => l.GetString()));
        string Text(string property) => vector.TryGetProperty(property, out JsonElement e) ? e.GetString()! : "";
        string[] ports = vector.TryGetProperty("ports", out JsonElement p)
            ? [.. p.EnumerateArray().Select(e => e.GetString()!)]
            : [];
        long gas = vector.TryGetProperty("messageGas", out JsonElement g) ? g.GetInt64() : 50_000_000;
        Cut(name, programs => programs.AddScript(source), ports, k => k.Call(Text("payload"), Text("entry"), gas));
    }

    private static void Cut(
        string name, Func<TestPrograms, (EngineId, Hash)> add, string[] ports, Func<TestKernel, Delivery> begin)
    {
        TestKernel whole = TestKernel.Make(add, ports: PortNames(ports));
        int safePoints = Tell(whole, begin, () => { });
        double share = Math.Min(1, CutsMax / (double)Math.Max(1, safePoints));
        Random random = new(name.Length);
        TestKernel cut = TestKernel.Make(add, ports: PortNames(ports));
        Tell(cut, begin, () =>
        {
            if (random.NextDouble() <= share)
            {
                cut.Checkpoint();
                cut.RestoreHere();
            }
        });
        Assert.Equal(Describe(whole), Describe(cut));
        Assert.Equal(cut.Kernel.Chain, cut.Recover(cut.Heads[0]).Kernel.Chain);
    }

    private static string[] PortNames(string[] ports) => [.. ports.Select(p => p.ToLowerInvariant())];

    /// <summary>One message; then whoever waits gets what it waits for, a few times.</summary>
    private static int Tell(TestKernel k, Func<TestKernel, Delivery> begin, Action safePoint)
    {
        int safePoints = 0;
        int answered = 0;
        begin(k);
        for (int turn = 0; turn < WakesMax; turn++)
        {
            safePoint();
            while (k.Kernel.CanStep)
            {
                k.Step();
                safePoint();
                safePoints++;
            }
            if (k.Kernel.WakeAt is { } due)
            {
                k.Time = Math.Max(k.Time, due);
                k.Wake();
            }
            else if (k.Kernel.Status == KernelStatus.Awaiting && answered < k.Sent.Count
                && k.Sent[answered].Kind == MessageKind.Call)
            {
                k.ReplyTo(k.Sent[answered], "reply", (ulong)++answered, gas: 7);
            }
            else if (k.Kernel.Status == KernelStatus.Receiving && answered < 3)
            {
                answered++;
                k.Call("next");
            }
            else
            {
                break;
            }
        }
        return safePoints;
    }

    private static string Describe(TestKernel k)
    {
        k.Collect();
        StateTree tree = k.Kernel.CommittedTree;
        IEnumerable<string> state = tree.Range(default)
            .Select(p => (Key: TestKernel.Text(p.Key), Value: TestKernel.Text(p.Value)))
            .Where(p => p.Key is not "meta/run" && !p.Key.StartsWith("keys/", StringComparison.Ordinal))
            .Select(p => $"{p.Key} = {p.Value}");
        IEnumerable<string> effects = k.Effects.Where(e => e is not Effect.Ended).Select(e => e switch
        {
            Effect.Answer a => $"answer {a.Status} {TestKernel.Text(a.Payload)} {a.GasUsed}",
            Effect.Print p => $"print {TestKernel.Text(p.Text)}",
            Effect.Log l => $"log {TestKernel.Text(l.Text)}",
            Effect.Emit m => $"emit {m.Topic} {TestKernel.Text(m.Payload)}",
            Effect.Send s => $"send {Convert.ToHexString(EnvelopeCodec.Encode(s.Message))}",
            _ => e.ToString()!,
        });
        IEnumerable<string> outcomes = k.Entries.OfType<JournalEntry.Ended>()
            .Select(e => $"{e.Exit} {e.Trap} {e.Site} {e.Gas} {e.OutputHash} {e.Effects}");
        return string.Join('\n',
            [k.Kernel.Status.ToString(), k.Kernel.GasSpent.ToString(), .. outcomes, .. effects, .. state]);
    }

    private static SortedDictionary<string, JsonElement> Read(IEnumerable<string> files, Func<JsonElement, bool> where)
    {
        SortedDictionary<string, JsonElement> vectors = new(StringComparer.Ordinal);
        foreach (string file in files)
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (JsonElement vector in document.RootElement.Clone().EnumerateArray().Where(where))
            {
                vectors.Add($"{Path.GetFileNameWithoutExtension(file)} {vector.GetProperty("name").GetString()}",
                    vector);
            }
        }
        return vectors.Count > 0 ? vectors : throw new InvalidDataException("There are no vectors.");
    }
}
