using Granary.Kernels;
using Granary.Stores;

namespace Granary.Simulation;

/// <summary>Everything of one run: time, chance, network, store, nodes, clients. One seed gives one history.</summary>
internal sealed class SimWorld : IDisposable
{
    /// <summary>Unix milliseconds at virtual time zero.</summary>
    public const long StartTime = 1_800_000_000_000;

    private readonly EventQueue _events = new();
    private readonly List<string> _violations = [];
    private readonly int[] _struck = new int[32];

    public SimWorld(SimSettings options, SimPrograms programs, ulong seed, Action<string>? line)
    {
        Options = options;
        Programs = programs;
        Random = new SimRandom(seed);
        Rates = new FaultRates(options, new SimRandom(seed ^ 0xA5A5_5A5A_C3C3_3C3C));
        Trace = new SimTrace(line);
        MemoryStore memory = new() { BeforeDelete = BeforeDelete };
        Store = new SimStore(this, options.WrapStore?.Invoke(memory) ?? memory);
        Network = new SimNetwork(this);
        Nodes = [.. Enumerable.Range(0, options.Nodes).Select(i => new SimNode(this, i))];
    }

    public SimSettings Options { get; }

    public SimPrograms Programs { get; }

    public SimRandom Random { get; }

    public FaultRates Rates { get; }

    public SimTrace Trace { get; }

    public SimStore Store { get; }

    public SimNetwork Network { get; }

    public IReadOnlyList<SimNode> Nodes { get; }

    public List<SimClient> Clients { get; } = [];

    /// <summary>Which node each kernel belongs to; nodes hear of it later.</summary>
    public SortedDictionary<KernelId, int> Directory { get; } = [];

    /// <summary>Virtual microseconds.</summary>
    public long Now { get; private set; }

    public long Events { get; private set; }

    public long Recoveries { get; set; }

    /// <summary>Turns in the journals; known at the end.</summary>
    public long Turns { get; set; }

    public bool FaultsAreOn { get; set; }

    /// <summary>Where the collector stops half-way: so many deletions from now; -1 for nowhere.</summary>
    public int CutCollectionAfter { get; set; } = -1;

    public SimDoubles Doubles { get; } = new();

    public IReadOnlyList<string> Violations => _violations;

    public void Violate(string what) => _violations.Add(what);

    /// <summary>True when a fault happens; counts it.</summary>
    public bool Strikes(SimFault fault, int perMillion)
    {
        if (!FaultsAreOn || !Random.Chance(perMillion))
        {
            return false;
        }
        Count(fault);
        return true;
    }

    public void Count(SimFault fault) => _struck[System.Numerics.BitOperations.TrailingZeroCount((int)fault)]++;

    public int Struck(SimFault fault) => _struck[System.Numerics.BitOperations.TrailingZeroCount((int)fault)];

    /// <param name="microseconds">From now.</param>
    /// <param name="run">What happens then.</param>
    /// <param name="node">Whose memory it is in: it does not happen when that crashes before.</param>
    public void Plan(long microseconds, Action run, SimNode? node = null) =>
        _events.Plan(new PlannedEvent(Now + microseconds, run, node, node?.Incarnation ?? 0));

    /// <summary>Lets the next thing happen; false when nothing is planned.</summary>
    public bool RunNext()
    {
        if (_events.Count == 0)
        {
            return false;
        }
        PlannedEvent next = _events.Take();
        Now = next.At;
        Events++;
        if (next.Node is not { } node || node.Incarnation == next.Incarnation)
        {
            next.Run();
        }
        return true;
    }

    public void Arrive(int end, SimPacket packet)
    {
        if (packet is SimPacket.Response response)
        {
            response.Client.Receive(response);
        }
        else if (Nodes[end].IsUp)
        {
            Nodes[end].Receive(packet);
        }
    }

    /// <summary>From now on a kernel belongs to a node. The others hear of it, sooner or later.</summary>
    public void Place(KernelId kernel, int place, long heardWithin)
    {
        Directory[kernel] = place;
        Trace.Add(Now, SimEvent.Placed, place, kernel.Value);
        foreach (SimNode node in Nodes)
        {
            node.After(node.Index == place ? 1 : Random.Between(1, heardWithin), () =>
            {
                if (node.IsUp)
                {
                    // What it hears late may be wrong by then, as in life; but not for ever.
                    node.Hear(kernel, FaultsAreOn ? place : Directory[kernel]);
                }
            });
        }
    }

    /// <summary>A node has crashed: it comes back, and if that takes long, others get its kernels.</summary>
    public void NodeIsDown(SimNode node)
    {
        const long restartMedian = 400_000;
        const long noticedAfter = 1_000_000;
        long restart = FaultsAreOn ? Random.Wait(restartMedian) : restartMedian;
        Plan(restart, () =>
        {
            node.Start();
            // A second crash, while it recovers.
            if (FaultsAreOn && Options.Faults.HasFlag(SimFault.Crash) && Random.Chance(250_000))
            {
                node.After(Random.Between(1, 20_000), () =>
                {
                    if (FaultsAreOn)
                    {
                        Count(SimFault.Crash);
                        node.Crash();
                    }
                });
            }
        });
        if (restart > noticedAfter)
        {
            Plan(noticedAfter, () => GiveAway(node));
        }
    }

    /// <summary>A new kernel, stored as hosts do it: born, checkpointed, nothing run.</summary>
    public void Deploy(
        KernelId id, SimProgram program, KernelLimits limits, IReadOnlyList<KeyValuePair<string, KernelId>> ports)
    {
        KernelBirth birth = new()
        {
            Id = id, Engine = program.Engine, CodeHash = program.CodeHash, Limits = limits, Ports = ports,
        };
        Store.Medium.PutCodeAsync(program.CodeHash, program.Code).AsTask().GetAwaiter().GetResult();
        KernelCreation creation = Make(birth, StartTime);
        if (!Store.Medium.CreateAsync(creation).AsTask().GetAwaiter().GetResult())
        {
            throw new ArgumentException($"There are two kernels '{id}'.", nameof(id));
        }
        Directory[id] = Random.Next(Nodes.Count);
    }

    public KernelCreation Make(KernelBirth birth, long time)
    {
        Kernel kernel = Kernel.Create(birth, Programs, Store.Medium, time);
        KernelCheckpoint checkpoint = kernel.Checkpoint(time);
        Turn turn = kernel.Drain();
        return new KernelCreation(birth.Engine, birth.CodeHash, time, new KernelAppend
        {
            Id = birth.Id, Epoch = 1, Entries = turn.Entries, Summary = turn.Summary,
            Checkpoint = new CheckpointWrite(checkpoint.Head, checkpoint.Nodes, Name: null),
        });
    }

    public IReadOnlyList<KernelId> StoredKernels() => [.. List(new KernelQuery()).Select(k => k.Id)];

    /// <summary>Some kernel must be activated, now or later.</summary>
    public bool HasStoredWork() => List(new KernelQuery { WithWorkOnly = true }).Count > 0
        || List(new KernelQuery { DueAt = long.MaxValue }).Count > 0;

    public bool HasStoredWork(KernelId id) =>
        List(new KernelQuery()).Any(k => k.Id == id && (k.Summary.HasWork || k.Summary.WakeAt is not null));

    private IReadOnlyList<StoredKernel> List(KernelQuery query) =>
        Store.Medium.ListAsync(query).AsTask().GetAwaiter().GetResult();

    public void Dispose() => Trace.Dispose();

    private void GiveAway(SimNode node)
    {
        if (node.IsUp)
        {
            return;
        }
        const long heardWithin = 500_000;
        foreach (KernelId kernel in Directory.Where(p => p.Value == node.Index).Select(p => p.Key).ToList())
        {
            Place(kernel, Random.Next(Nodes.Count), heardWithin);
        }
    }

    private void BeforeDelete()
    {
        if (CutCollectionAfter >= 0 && CutCollectionAfter-- == 0)
        {
            throw new StoreException(StoreFault.Failed, "The simulated collector was cut off.", "Collect again.");
        }
    }
}
