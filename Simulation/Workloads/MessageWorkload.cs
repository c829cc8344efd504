using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>
/// Groups, ports that travel, timers, deadlines and messages that always trap: each has its effect once, and none stops
/// the others.
/// </summary>
internal sealed class MessageWorkload : SimWorkload
{
    private const int OperationsEach = 14;
    private const int TicksWanted = 20;

    private const string Hub = """
        on shout              # to everybody in the room
          broadcast n "room" "hear" "" gas 100000
          set key "heard-by"
          goto count
        on meet               # a guest gets a port to somebody else, says hello there and lets go of it
          send "room.a" "guest" "" gas 300000 with "room.b"
          set n 1
          set key "met"
          goto count
        on poison
          send "bad" "trap" "" gas 50000
          set n 1
          set key "poisoned"
          goto count
        on rush
          call c "slow" "work" "" gas 300000 timeout 40
          await r c
          set n 1
          set key "done"
          if status == 0 goto count
          set key "late"
          if status == 8 goto count
          put "bad" status
          halt "bad"
        count:
          get m key
          int m m
          add m n
          put key m
          halt m
        on begin
          schedule "tick" "tick" "" after 100 every 150
        on tick
          arrived p n
          get t "ticks"
          int t t
          add t n
          put "ticks" t
          if t < 20 goto more
          unschedule "tick"
        more:
          halt
        """;

    private const string Listener = """
        on hear
          set key "heard"
          goto count
        on guest
          arrived p n
          if p != 1 goto bad
          bind "friend" 0
          send "friend" "hear" "" gas 100000
          unbind "friend"
          set key "guests"
        count:
          get m key
          int m m
          add m 1
          put key m
          halt
        bad:
          put "bad" p
        """;

    private const string Bad = """
        on trap
          put "lost" 1
          add payload 1
        """;

    private const string Slow = """
        on work
          sleep 30
          halt
        """;

    private static readonly string[] _entries = ["shout", "meet", "poison", "rush"];
    private readonly Dictionary<string, int> _asked = [];

    public override void Begin(SimSetup setup)
    {
        setup.Script("listener0", Listener);
        setup.Script("listener1", Listener);
        setup.Script("bad", Bad);
        setup.Script("slow", Slow);
        KernelId hub = setup.Script(
            "hub", Hub, ("room.a", "listener0"), ("room.b", "listener1"), ("bad", "bad"), ("slow", "slow"));
        setup.Client(OperationsEach, 250, _ => Next(setup.Random, hub));
        setup.Client(OperationsEach, 250, _ => Next(setup.Random, hub));
        setup.Client(1, 1_000, _ => new ClientCall { To = hub, Entry = "begin" });
    }

    public override void Check(SimOutcome outcome)
    {
        (FinalKernel hub, FinalKernel first, FinalKernel second) =
            (outcome["hub"], outcome["listener0"], outcome["listener1"]);
        (int shouts, int meetings) = (Asked("shout"), Asked("meet"));
        outcome.Expect(hub.Number("heard-by") == 2 * shouts, $"{shouts} shouts went to {hub.Number("heard-by")} ports");
        outcome.Expect(first.Number("heard") == shouts, $"{shouts} shouts, {first.Number("heard")} heard");
        outcome.Expect(
            first.Number("guests") == meetings, $"{meetings} guests were sent, {first.Number("guests")} came");
        outcome.Expect(
            second.Number("heard") == shouts + meetings,
            $"{shouts} shouts and {meetings} hellos, {second.Number("heard")} heard");
        outcome.Expect(
            hub.Number("done") + hub.Number("late") == Asked("rush"),
            $"{hub.Number("done")} calls in time, {hub.Number("late")} late, of {Asked("rush")}");
        outcome.Expect(hub.Number("ticks") >= TicksWanted, $"the timer came to {hub.Number("ticks")}");

        FinalKernel bad = outcome["bad"];
        int traps = bad.Entries.Count(e => e is JournalEntry.Ended { Exit: TurnExit.Trapped });
        int tries = KernelLimits.Default.TriesMax * Asked("poison");
        outcome.Expect(traps == tries && bad.Text("lost") is null, $"{traps} traps, {tries} tries were due");
        foreach (FinalKernel kernel in (FinalKernel[])[hub, first, second])
        {
            outcome.Expect(kernel.Text("bad") is null, $"{kernel.Id} is surprised by '{kernel.Text("bad")}'");
        }
    }

    private int Asked(string entry) => _asked.GetValueOrDefault(entry);

    private ClientCall Next(SimRandom random, KernelId hub)
    {
        string entry = random.Pick(_entries);
        _asked[entry] = _asked.GetValueOrDefault(entry) + 1;
        return new ClientCall { To = hub, Entry = entry };
    }
}
