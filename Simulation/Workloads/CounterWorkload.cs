using System.Globalization;
using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>Each add counts once, and each reply is a number that no other reply was.</summary>
internal sealed class CounterWorkload : SimWorkload
{
    private const int Clients = 3;
    private const int OperationsEach = 70;

    private const string Counter = """
        on add
          get n "n"
          int n n
          add n 1
          put "n" n
          halt n
        """;

    private readonly HashSet<string> _replies = [];
    private readonly List<string> _doubled = [];
    private KernelId _counter;

    public override void Begin(SimSetup setup)
    {
        _counter = setup.Script("counter", Counter);
        for (int c = 0; c < Clients; c++)
        {
            setup.Client(
                OperationsEach, 90, _ => new ClientCall { To = _counter, Entry = "add" },
                call =>
                {
                    if (!_replies.Add(call.ReplyText))
                    {
                        _doubled.Add(call.ReplyText);
                    }
                });
        }
    }

    public override void Check(SimOutcome outcome)
    {
        long count = outcome.Kernels[_counter].Number("n");
        outcome.Expect(
            count == Clients * OperationsEach, $"the counter says {count}, {Clients * OperationsEach} were added");
        foreach (string reply in _doubled)
        {
            outcome.Violate($"two adds were both told '{reply}'");
        }
        for (int i = 1; i <= Clients * OperationsEach; i++)
        {
            string reply = i.ToString(NumberFormatInfo.InvariantInfo);
            outcome.Expect(_replies.Contains(reply), $"no add was told '{reply}'");
        }
    }
}
