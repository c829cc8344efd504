using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>
/// Kernels that send and call each other through a network that loses, doubles and reorders, on machines that crash.
/// All of it follows from a seed. What the programs do is the same in any order, so that every history ends in the same
/// data.
/// </summary>
internal sealed class SimWorld
{
    private const int Nodes = 4;
    private const int Jobs = 24;

    private const string Node = """
        on work
          set key "worked"
          set more 1
          goto count
        on nap
          sleep 20
          sleep 1
          set key "napped"
          goto count
        on ask
          call c "server" "leaf" 1 gas 100000
          call d "server" "refuse" 1 gas 100000
          call e "ghost" "" 1 gas 1000
          await x e
          await y c
          await z d
          set key "asked"
          goto count
        on fail
          put "lost" 1
          send "a" "work" 3 gas 9000000
          print "failing"
          add payload 1
        on burn
        again: add i 1
          put "burnt" i
          if i < 40 goto again
          set key "burned"
        count:
          get n key
          int n n
          add n 1
          put key n
          if more == 0 goto end
          int h payload
          if h == 0 goto end
          sub h 1
          set g 100000
        enough:
          if i == h goto forward
          mul g 4
          add i 1
          goto enough
        forward:
          send "a" "work" h gas g
          send "b" "work" h gas g
          send "mova" "" 1 gas 100000
        end:
          halt
        """;

    private const string Server = """
        on leaf
          get n "leaves"
          int n n
          add n 1
          put "leaves" n
          sleep 3
          halt "leaf"
        on refuse
          put "lost" 1
          revert "no"
        """;

    private static readonly string[] Entries = ["work", "nap", "ask", "fail", "burn"];

    private readonly Random _random;
    private readonly double _trouble;
    private readonly SortedDictionary<string, SimKernel> _kernels = new(StringComparer.Ordinal);
    private readonly List<object> _network = [];
    private readonly List<(SimKernel Kernel, Envelope Message)> _jobs = [];
    private long _time = TestKernel.Start;

    public SimWorld(int seed, double trouble)
    {
        _random = new Random(seed);
        _trouble = trouble;
        TestPrograms programs = new();
        MemoryNodes nodes = new();
        (EngineId, Hash) node = programs.AddScript(Node);
        for (int i = 0; i < Nodes; i++)
        {
            Add(programs, nodes, $"n{i}", node,
                ("a", $"n{(i + 1) % Nodes}"), ("b", $"n{(i + 2) % Nodes}"), ("server", "server"), ("ghost", "ghost"),
                ("mova", "mova"));
        }
        Add(programs, nodes, "server", programs.AddScript(Server));
        Add(programs, nodes, "mova", programs.AddMova("put 1 sleep 2 add 1 print add 1 print"));
        Random jobs = new(seed);
        for (int i = 0; i < Jobs; i++)
        {
            SimKernel kernel = _kernels[$"n{jobs.Next(Nodes)}"];
            _jobs.Add((kernel, new Envelope
            {
                Kind = MessageKind.Call, To = kernel.Kernel.Id, Entry = Entries[jobs.Next(Entries.Length)],
                Payload = TestKernel.Bytes($"{jobs.Next(4)}"), Gas = 50_000_000, IdempotencyKey = $"job-{i}",
            }));
        }
    }

    public int Crashes => _kernels.Values.Sum(k => k.Crashes);

    /// <summary>To the end; the data of every kernel, and the gas that it spent.</summary>
    public string Run()
    {
        for (int i = 0; i < 3_000 && _trouble > 0; i++)
        {
            Disturb();
        }
        foreach ((SimKernel kernel, Envelope message) in _jobs)
        {
            Assert.Contains(
                kernel.Kernel.Deliver(message, _time).Status,
                (DeliveryStatus[])[DeliveryStatus.Taken, DeliveryStatus.Duplicate]);
        }
        for (int round = 0; Calm(); round++)
        {
            Assert.True(round < 20_000, "the world does not come to rest");
        }
        return string.Join('\n',
            _kernels.Select(k => $"{k.Key} {k.Value.Kernel.Status} {k.Value.Kernel.GasSpent}: {Data(k.Value)}"));
    }

    private void Disturb()
    {
        SimKernel kernel = _kernels.Values.ElementAt(_random.Next(_kernels.Count));
        switch (_random.Next(12))
        {
            case 0 or 1 or 2 or 3 when kernel.Kernel.CanStep:
                kernel.Kernel.Step(_random.Next(1, 9_000));
                break;
            case 4 or 5 or 6 when _network.Count > 0:
                Arrive(_random.Next(_network.Count));
                break;
            case 7:
                Perform(kernel, kernel.Commit());
                break;
            case 8:
                _time += _random.Next(10);
                kernel.Kernel.Wake(_time);
                break;
            case 9 when Chance(_trouble):
                kernel.Crash();
                break;
            case 9 when Chance(0.3):
                Perform(kernel, kernel.Checkpoint(_time));
                break;
            case 10:
                Perform(kernel, kernel.Commit());
                _network.AddRange(kernel.Kernel.Unacknowledged());
                break;
            case 11:
                (SimKernel to, Envelope message) = _jobs[_random.Next(_jobs.Count)];
                to.Kernel.Deliver(message, _time);
                break;
        }
    }

    private void Perform(SimKernel kernel, IReadOnlyList<Effect> effects)
    {
        if (Chance(_trouble / 2))
        {
            // Durable, and nobody heard of it.
            kernel.Crash();
            return;
        }
        foreach (Effect effect in effects)
        {
            if (effect is Effect.Send send)
            {
                _network.Add(send.Message);
            }
            else if (effect is Effect.Acknowledge acknowledge)
            {
                _network.Add((kernel.Kernel.Id, acknowledge));
            }
        }
    }

    /// <summary>Brings what is on its way, or loses it, or brings it and keeps a copy.</summary>
    private void Arrive(int index)
    {
        object packet = _network[index];
        if (!Chance(_trouble))
        {
            _network[index] = _network[^1];
            _network.RemoveAt(_network.Count - 1);
        }
        if (Chance(_trouble))
        {
            return;
        }
        switch (packet)
        {
            case Envelope message when _kernels.TryGetValue(message.To.Value, out SimKernel? receiver):
                receiver.Kernel.Deliver(message, _time);
                break;
            case Envelope message:
                _kernels[message.From.Value].Kernel.Acknowledge(
                    message.To, message.FromGeneration, message.Number, ReplyStatus.NoSuchKernel, _time);
                break;
            case (KernelId by, Effect.Acknowledge acknowledge):
                _kernels[acknowledge.From.Value].Kernel.Acknowledge(
                    by, acknowledge.Generation, acknowledge.Number, ReplyStatus.Ok, _time);
                break;
        }
    }

    /// <summary>One round of peace; false when nothing is left to do.</summary>
    private bool Calm()
    {
        bool busy = false;
        foreach (SimKernel kernel in _kernels.Values)
        {
            while (kernel.Kernel.CanStep)
            {
                kernel.Kernel.Step(GasMeter.Unlimited);
            }
            kernel.Commit();
            foreach (Envelope message in kernel.Kernel.Unacknowledged())
            {
                busy = true;
                bool there = _kernels.TryGetValue(message.To.Value, out SimKernel? receiver);
                DeliveryStatus? status = receiver?.Kernel.Deliver(message, _time).Status;
                if (status is null or DeliveryStatus.Taken or DeliveryStatus.Duplicate)
                {
                    kernel.Kernel.Acknowledge(message.To, message.FromGeneration, message.Number,
                        there ? ReplyStatus.Ok : ReplyStatus.NoSuchKernel, _time);
                }
            }
            if (kernel.Kernel.WakeAt is { } due)
            {
                busy = true;
                _time = Math.Max(_time, due);
                kernel.Kernel.Wake(_time);
            }
            busy |= kernel.Kernel.CanStep;
        }
        return busy;
    }

    private bool Chance(double share) => _random.NextDouble() < share;

    private void Add(TestPrograms programs, MemoryNodes nodes, string id, (EngineId Engine, Hash CodeHash) code,
        params (string Name, string Target)[] ports) => _kernels.Add(id, new SimKernel(programs, nodes, new KernelBirth
        {
            Id = TestKernel.Id(id), Engine = code.Engine, CodeHash = code.CodeHash,
            Ports = [.. ports.Select(p => KeyValuePair.Create(p.Name, TestKernel.Id(p.Target)))],
        }));

    private static string Data(SimKernel kernel) => string.Join(
        ' ',
        kernel.Kernel.CommittedTree.Range(TreeKeys.Of(TreeKeys.Data))
            .Select(p => $"{TestKernel.Text(p.Key)}={TestKernel.Text(p.Value)}"));
}
