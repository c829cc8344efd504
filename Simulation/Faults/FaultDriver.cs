using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>Makes things go wrong now and then, until <see cref="SimWorld.FaultsAreOn"/> ends.</summary>
internal sealed class FaultDriver(SimWorld world)
{
    private const long SkewMilliseconds = 2_000;
    private const int DeletionsBeforeCut = 60;
    private const long HeardWithin = 400_000;

    private FaultRates Rates => world.Rates;

    public void Start()
    {
        Every(Rates.SlowPackets, SlowPackets);
        Every(Rates.Partition, Partition);
        Every(Rates.Crash, Crash);
        Every(Rates.SlowDisk, SlowDisk);
        Every(Rates.Skew, Skew);
        Every(Rates.DoubleActivation, Double);
        Every(Rates.Migrate, Migrate);
        Every(Rates.Collect, Collect);
        Every(Rates.Evict, Evict);
    }

    /// <summary>What is still on ends at once.</summary>
    public void Stop()
    {
        world.FaultsAreOn = false;
        world.Network.IsSlow = false;
        world.Network.Heal();
        world.Store.IsSlow = false;
        world.CutCollectionAfter = -1;
        world.Trace.Add(world.Now, SimEvent.FaultsOver, -1, "");
        foreach (SimNode node in world.Nodes)
        {
            foreach ((KernelId kernel, int place) in world.Directory)
            {
                if (node.IsUp)
                {
                    node.Hear(kernel, place);
                }
            }
        }
    }

    private void Every(long? median, Action strike)
    {
        if (median is not { } wait)
        {
            return;
        }
        world.Plan(world.Random.Wait(wait), () =>
        {
            if (world.FaultsAreOn)
            {
                strike();
                Every(median, strike);
            }
        });
    }

    private void SlowPackets()
    {
        world.Count(SimFault.Delay);
        world.Network.IsSlow = true;
        world.Plan(world.Random.Between(100_000, 2_000_000), () => world.Network.IsSlow = false);
    }

    private void SlowDisk()
    {
        world.Count(SimFault.SlowDisk);
        world.Store.IsSlow = true;
        world.Trace.Add(world.Now, SimEvent.StoreSlow, -1, "");
        world.Plan(world.Random.Between(100_000, 2_000_000), () =>
        {
            world.Store.IsSlow = false;
            world.Trace.Add(world.Now, SimEvent.StoreFast, -1, "");
        });
    }

    private void Partition()
    {
        world.Count(SimFault.Partition);
        List<int> side = [];
        foreach (SimNode node in world.Nodes)
        {
            if (world.Random.Chance(500_000))
            {
                side.Add(node.Index);
            }
        }
        if (world.Random.Chance(300_000))
        {
            side.Add(SimNetwork.StoreEnd);
        }
        foreach (SimClient client in world.Clients)
        {
            if (world.Random.Chance(300_000))
            {
                side.Add(client.End);
            }
        }
        world.Network.Cut(side, side: 1);
        world.Trace.Add(world.Now, SimEvent.Partitioned, -1, string.Join(',', side));
        world.Plan(world.Random.Between(50_000, 4_000_000), () =>
        {
            world.Network.Heal();
            world.Trace.Add(world.Now, SimEvent.Healed, -1, "");
        });
    }

    private void Crash()
    {
        world.Count(SimFault.Crash);
        world.Random.Pick(world.Nodes).Crash();
    }

    private void Skew()
    {
        world.Count(SimFault.Skew);
        world.Random.Pick(world.Nodes).SetSkew(world.Random.Between(-SkewMilliseconds, SkewMilliseconds));
    }

    /// <summary>A node believes that a kernel is its own, and another one holds it.</summary>
    private void Double()
    {
        (KernelId kernel, int place) = PickKernel();
        SimNode node = world.Random.Pick(world.Nodes);
        if (!node.IsUp || node.Index == place)
        {
            return;
        }
        world.Count(SimFault.DoubleActivation);
        world.Trace.Add(world.Now, SimEvent.Doubled, node.Index, kernel.Value, place);
        node.Hear(kernel, node.Index);
        node.TryAsk(kernel, new DueJob());
        node.After(world.Random.Between(10_000, 2_000_000), () => node.Hear(kernel, world.Directory[kernel]));
    }

    private void Migrate()
    {
        (KernelId kernel, int place) = PickKernel();
        int to = world.Random.Next(world.Nodes.Count);
        SimNode from = world.Nodes[place];
        if (to == place || !from.IsUp)
        {
            return;
        }
        world.Count(SimFault.Migrate);
        world.Trace.Add(world.Now, SimEvent.Migrated, place, kernel.Value, to);
        from.Find(kernel)?.Post(new MigrateJob(() => world.Network.Send(place, to, new SimPacket.Arrive(kernel))));
        world.Place(kernel, to, HeardWithin);
    }

    private void Collect()
    {
        SimNode node = world.Random.Pick(world.Nodes);
        if (!node.IsUp)
        {
            return;
        }
        world.Count(SimFault.Collect);
        int cut = world.Random.Chance(500_000) ? world.Random.Next(DeletionsBeforeCut) : -1;
        world.Store.Request(
            node,
            () =>
            {
                world.Trace.Add(world.Now, SimEvent.CollectBegun, node.Index, "", cut);
                world.CutCollectionAfter = cut;
                try
                {
                    return world.Store.Medium.CollectAsync().AsTask().GetAwaiter().GetResult();
                }
                finally
                {
                    world.CutCollectionAfter = -1;
                }
            },
            report => world.Trace.Add(world.Now, SimEvent.CollectDone, node.Index, "", report.NodesDeleted),
            _ => world.Trace.Add(world.Now, SimEvent.CollectCut, node.Index, ""));
    }

    private void Evict()
    {
        SimNode node = world.Random.Pick(world.Nodes);
        List<SimActivation> idle = [.. node.Live.Where(a => a.IsIdle)];
        if (idle.Count > 0)
        {
            world.Count(SimFault.Evict);
            world.Random.Pick(idle).Post(new RetireJob());
        }
    }

    private (KernelId Kernel, int Place) PickKernel()
    {
        int skip = world.Random.Next(world.Directory.Count);
        foreach ((KernelId kernel, int place) in world.Directory)
        {
            if (skip-- == 0)
            {
                return (kernel, place);
            }
        }
        throw new InvalidOperationException("There is no kernel.");
    }

    /// <summary>Saves the kernel as it is, in mid-message if need be, and lets it leave for another node.</summary>
    private sealed class MigrateJob(Action left) : ShellJob
    {
        private IShellOwner? _owner;

        public override void Execute(KernelShell shell, Kernel kernel)
        {
            shell.TakeCheckpoint(name: null);
            _owner = shell.Owner;
        }

        public override void Complete()
        {
            _owner?.Drop(new KernelHostException(KernelHostError.Store, "The kernel has gone to another node."));
            left();
        }
    }
}
