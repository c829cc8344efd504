using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>
/// Calls across engines (Script calls Mova), through a chain of kernels, back into one's own chain, and to a kernel
/// that does not exist: each comes back once, with what became of it.
/// </summary>
internal sealed class CallWorkload : SimWorkload
{
    private const int OperationsEach = 14;

    private const string Clock = "put 0 add 1 print sleep 4 add 1 print";

    private const string Caller = """
        on ask
          call c "clock" "start" "" gas 1000000
          await r c
          if status != 0 goto bad
          set key "asked"
          goto count
        on chain
          call c "middle" "pass" "" gas 2000000
          await r c
          if status != 0 goto bad
          if r != "leaf" goto bad
          set key "chained"
          goto count
        on haunt
          call c "ghost" "boo" "" gas 1000
          await r c
          if status != 3 goto bad
          set key "haunted"
        count:
          get n key
          int n n
          add n 1
          put key n
          halt n
        bad:
          join status " after "
          join status entry
          put "bad" status
          halt "bad"
        """;

    private const string Middle = """
        on pass
          call c "leaf" "end" "" gas 1000000
          await r c
          if status != 0 goto bad
          halt r
        bad:
          revert "the leaf failed"
        """;

    private const string Leaf = """
        on end
          call c "head0" "ask" "" gas 1000
          await r c
          if status != 4 goto bad
          get n "n"
          int n n
          add n 1
          put "n" n
          halt "leaf"
        bad:
          put "bad" status
          halt "bad"
        """;

    private static readonly string[] _entries = ["ask", "ask", "chain", "haunt"];
    private readonly Dictionary<string, int> _asked = [];

    public override void Begin(SimSetup setup)
    {
        setup.Mova("clock", Clock);
        setup.Script("leaf", Leaf, ("head0", "head0"));
        setup.Script("middle", Middle, ("leaf", "leaf"));
        (string, string)[] ports = [("clock", "clock"), ("middle", "middle"), ("ghost", "ghost")];
        KernelId first = setup.Script("head0", Caller, ports);
        KernelId second = setup.Script("head1", Caller, ports);
        setup.Client(OperationsEach, 250, _ => Next(setup.Random, first, _entries.Length));
        // The leaf calls back the first: only what comes from there is a cycle.
        setup.Client(OperationsEach, 250, _ => Next(setup.Random, second, 2));
    }

    public override void Check(SimOutcome outcome)
    {
        long asked = outcome["head0"].Number("asked") + outcome["head1"].Number("asked");
        outcome.Expect(asked == _asked.GetValueOrDefault("ask"),
            $"{asked} calls to Mova came back, {_asked.GetValueOrDefault("ask")} were made");
        FinalKernel clock = outcome["clock"];
        int printed = clock.Effects.Count(e => e is Effect.Print);
        outcome.Expect(printed == 2 * asked, $"Mova printed {printed} lines in {asked} calls");
        long chained = outcome["head0"].Number("chained");
        outcome.Expect(chained == _asked.GetValueOrDefault("chain") && chained == outcome["leaf"].Number("n"),
            $"{chained} chains of calls came back, the leaf counted {outcome["leaf"].Number("n")}");
        outcome.Expect(outcome["head0"].Number("haunted") == _asked.GetValueOrDefault("haunt"),
            $"{outcome["head0"].Number("haunted")} calls to nobody came back");
        foreach (string id in (string[])["head0", "head1", "leaf"])
        {
            outcome.Expect(outcome[id].Text("bad") is null, $"{id}: a call ended with '{outcome[id].Text("bad")}'");
        }
    }

    private ClientCall Next(SimRandom random, KernelId to, int entries)
    {
        string entry = _entries[random.Next(entries)];
        _asked[entry] = _asked.GetValueOrDefault(entry) + 1;
        return new ClientCall { To = to, Entry = entry };
    }
}
