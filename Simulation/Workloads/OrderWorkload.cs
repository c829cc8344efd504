using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>
/// Senders number what they send; receivers, one that takes a message at a time and one that waits for the next in a
/// loop, see each number once and in order.
/// </summary>
internal sealed class OrderWorkload : SimWorkload
{
    private const int OperationsEach = 40;

    private const string Sender = """
        on go                 # the payload is the port of the receiver
          set key "sent/"
          join key payload
          get n key
          int n n
        more:
          add n 1
          send payload "item" n gas 200000
          add i 1
          if i < 3 goto more
          put key n
          halt n
        """;

    private const string Receiver = """
        on item
          set key "from/"
          join key sender
          get n key
          int n n
          add n 1
          if payload == n goto good
          put "bad" payload
        good:
          put key n
          halt
        """;

    private const string Waiter = """
        on item
        take:
          set key "from/"
          join key sender
          get n key
          int n n
          add n 1
          if payload == n goto good
          put "bad" payload
        good:
          put key n
          receive timeout 60
          if ok == 1 goto take
          halt
        """;

    private static readonly string[] _senders = ["sender0", "sender1"];
    private static readonly string[] _receivers = ["receiver", "waiter"];

    public override void Begin(SimSetup setup)
    {
        setup.Script(_receivers[0], Receiver);
        setup.Script(_receivers[1], Waiter);
        foreach (string sender in _senders)
        {
            KernelId id = setup.Script(sender, Sender, [.. _receivers.Select(r => (r, r))]);
            setup.Client(OperationsEach, 130, _ => new ClientCall
            {
                To = id, Entry = "go", Payload = setup.Random.Pick(_receivers), IsCall = setup.Random.Chance(500_000),
            });
        }
    }

    public override void Check(SimOutcome outcome)
    {
        foreach (string receiver in _receivers)
        {
            FinalKernel kernel = outcome[receiver];
            outcome.Expect(
                kernel.Text("bad") is null, $"{receiver} took '{kernel.Text("bad")}' out of order");
            foreach (string sender in _senders)
            {
                long sent = outcome[sender].Number($"sent/{receiver}");
                long taken = kernel.Number($"from/{sender}");
                outcome.Expect(sent == taken, $"{sender} sent {sent} to {receiver}, which took {taken}");
            }
        }
    }
}
