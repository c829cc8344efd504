using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation;

/// <summary>
/// Runs many kernels over many nodes in one thread with a virtual clock. One seed gives one history, to the byte, on
/// every machine; what goes wrong in it follows from the seed too.
/// </summary>
public sealed class Simulator
{
    private const long SettleEveryMicroseconds = 50_000;

    private readonly SimPrograms _programs;
    private readonly SimSettings _settings;

    /// <param name="options">Nodes and faults.</param>
    /// <param name="engines">The engines of the kernels; the built-in workloads need Script and Mova.</param>
    public Simulator(SimulationOptions options, VmEngines engines)
        : this(options.ToSettings(), engines)
    {
    }

    internal Simulator(SimSettings settings, VmEngines engines)
    {
        _settings = settings;
        _programs = new SimPrograms(engines);
    }

    /// <summary>One run with the built-in workloads.</summary>
    /// <param name="line">Given a line of text for every event; null for speed.</param>
    public SimulationReport Run(ulong seed, Action<string>? line = null) => Run(seed, line,
    [
        new BankWorkload(), new CounterWorkload(), new OrderWorkload(), new RegisterWorkload(), new TimeWorkload(),
        new CallWorkload(), new ScratchWorkload(), new MessageWorkload(),
    ]);

    /// <summary>One run of somebody's own kernels.</summary>
    /// <exception cref="ArgumentException">A kernel's ports or code cannot be.</exception>
    /// <exception cref="InvalidCodeException">An engine refuses a kernel's code.</exception>
    public SimulationReport Run(ulong seed, SimScenario scenario, Action<string>? line = null)
    {
        SimSettings settings = _settings with
        {
            FaultsFor = (long)scenario.FaultsFor.TotalMicroseconds,
            SettleWithin = (long)scenario.SettleWithin.TotalMicroseconds,
            PauseAtEnd = scenario.PauseAtEnd,
        };
        Dictionary<KernelId, string>? calm = null;
        if (scenario.SameAsCalm.Count > 0 && settings.Faults != SimFault.None)
        {
            ScenarioWorkload quiet = new(scenario, _programs, calm: null);
            Run(settings with { Faults = SimFault.None }, seed, line: null, [quiet], script: null);
            calm = quiet.Stored;
        }
        return Run(settings, seed, line, [new ScenarioWorkload(scenario, _programs, calm)], script: null);
    }

    /// <param name="script">Plans what is to go wrong, besides what the faults do; for tests.</param>
    internal SimulationReport Run(
        ulong seed, Action<string>? line, IReadOnlyList<SimWorkload> workloads,
        Action<SimWorld, SimOperator>? script = null) => Run(_settings, seed, line, workloads, script);

    private SimulationReport Run(
        SimSettings settings, ulong seed, Action<string>? line, IReadOnlyList<SimWorkload> workloads,
        Action<SimWorld, SimOperator>? script)
    {
        using SimWorld world = new(settings, _programs, seed, line);
        SimSetup setup = new(world);
        foreach (SimWorkload workload in workloads)
        {
            workload.Begin(setup);
        }
        SimOperator operators = new(world, setup.Kernels, setup.Scratch);
        FaultDriver faults = new(world);
        script?.Invoke(world, operators);
        foreach (SimNode node in world.Nodes)
        {
            node.Start();
        }
        foreach (SimClient client in world.Clients)
        {
            client.Start();
        }
        world.FaultsAreOn = settings.Faults != SimFault.None;
        faults.Start();
        if (world.Rates.Operator is { } median)
        {
            operators.Start(median);
        }
        RunUntil(world, () => world.Now >= settings.FaultsFor || world.Clients.TrueForAll(c => c.IsDone));
        faults.Stop();
        long settleBy = world.Now + settings.SettleWithin;
        if (settings.PauseAtEnd)
        {
            RunUntil(world, () => world.Now >= settleBy || world.Clients.TrueForAll(c => c.IsDone));
            operators.PauseAll();
        }
        RunUntil(world, () => world.Now >= settleBy || IsSettled(world, operators));
        Finish(world, setup, workloads, settleBy);
        if (line is not null)
        {
            WriteJournals(world, line);
        }
        return Report(world, seed);
    }

    /// <summary>Asks now and then, in virtual time, whether it is enough.</summary>
    private static void RunUntil(SimWorld world, Func<bool> isEnough)
    {
        long ask = world.Now;
        do
        {
            if (world.Now >= ask)
            {
                if (isEnough() || world.Violations.Count > 0)
                {
                    return;
                }
                if (world.Events > world.Options.EventsMax)
                {
                    world.Violate($"{world.Events} events, and no end: something is tried again and again");
                    return;
                }
                ask = world.Now + SettleEveryMicroseconds;
            }
        }
        while (world.RunNext());
    }

    private static bool IsSettled(SimWorld world, SimOperator operators)
    {
        if (!operators.IsDone || world.Network.InFlight > 0 || !world.Clients.TrueForAll(c => c.IsDone))
        {
            return false;
        }
        foreach (SimNode node in world.Nodes)
        {
            if (!node.IsUp || !node.IsSettled)
            {
                return false;
            }
        }
        return !world.HasStoredWork();
    }

    private void Finish(
        SimWorld world, SimSetup setup, IReadOnlyList<SimWorkload> workloads, long settleBy)
    {
        if (world.Violations.Count > 0)
        {
            return;
        }
        if (world.Now >= settleBy)
        {
            foreach (string what in Unsettled(world))
            {
                world.Violate($"not settled {world.Options.SettleWithin / 1_000_000} s after the last fault: {what}");
            }
            return;
        }
        world.Trace.Add(world.Now, SimEvent.Settled, -1, "");
        JournalCheck journals = new(world.Store.Medium, _programs);
        SortedDictionary<KernelId, FinalKernel> kernels = [];
        foreach (KernelId id in world.StoredKernels())
        {
            try
            {
                FinalKernel kernel = journals.Check(id, world.Violate);
                kernels.Add(id, kernel);
                world.Trace.Add(kernel.Root);
                world.Turns += kernel.Entries.Count(e => e is JournalEntry.Ended);
            }
            catch (Exception error) when (error is ReplayDivergedException or NodeMissingException
                or StateTreeException or CborException or SnapshotFormatException)
            {
                world.Violate($"{id}: {error.Message}");
            }
        }
        if (world.Violations.Count > 0)
        {
            return;
        }
        new MessageCheck(kernels, world.Violate).Check(setup.Calls);
        SimOutcome outcome = new(kernels, world.Violate);
        foreach (SimWorkload workload in workloads)
        {
            workload.Check(outcome);
        }
    }

    private static void WriteJournals(SimWorld world, Action<string> line)
    {
        foreach (KernelId id in world.StoredKernels())
        {
            foreach (JournalRecord record in new JournalCheck(world.Store.Medium, world.Programs).ReadJournal(id))
            {
                line($"{id} {record.Position} {JournalText.Describe(JournalCodec.Decode(record.Bytes.Span))}");
            }
        }
    }

    private static IEnumerable<string> Unsettled(SimWorld world)
    {
        foreach (SimClient client in world.Clients.Where(c => !c.IsDone))
        {
            yield return client.Current is { } call
                ? $"client {client.Name} waits for '{call.Entry} {call.Payload}' of {call.To} (key {call.Key})"
                : $"client {client.Name} has more to do";
        }
        foreach (SimNode node in world.Nodes)
        {
            if (!node.IsUp)
            {
                yield return $"n{node.Index} is down";
            }
            foreach (SimActivation activation in node.Live.Where(a => !a.IsSettled))
            {
                yield return $"{activation.Id} on n{node.Index}: {activation.Shell?.Kernel.Summary}, "
                    + $"{activation.Shell?.Kernel.OutboxCount} unacknowledged";
            }
        }
        foreach (KernelId id in world.StoredKernels())
        {
            if (world.HasStoredWork(id))
            {
                yield return $"the store says that {id} has work";
            }
        }
    }

    private static SimulationReport Report(SimWorld world, ulong seed)
    {
        Dictionary<string, int> struck = [];
        foreach (string name in SimFaults.Names)
        {
            struck[name] = world.Struck(SimFaults.Parse(name, out _)!.Value);
        }
        return new SimulationReport
        {
            Seed = seed, Events = world.Events, Turns = world.Turns, Recoveries = world.Recoveries,
            Virtual = TimeSpan.FromMicroseconds(world.Now), Faults = struck, Violations = [.. world.Violations],
            Digest = world.Trace.Finish(),
        };
    }
}
