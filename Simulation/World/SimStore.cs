using Granary.Kernels;
using Granary.Stores;

namespace Granary.Simulation;

/// <summary>
/// The database that all nodes share, at the end of a wire: requests take time, are carried out in the order in which
/// they come, fail before or after that, or are never answered. Underneath is the real contract in memory.
/// </summary>
internal sealed class SimStore(SimWorld world, IKernelStore medium)
{
    private const long FastestMicroseconds = 300;
    private const long UsualMicroseconds = 1_500;
    private const int SlowTimes = 100;
    private const long TimeoutMicroseconds = 4_000_000;

    public IKernelStore Medium => medium;

    public bool IsSlow { get; set; }

    public void Append(
        SimNode node, IReadOnlyList<KernelAppend> batch, Action<IReadOnlyList<AppendStatus>> answer,
        Action<Exception> fail)
    {
        world.Trace.Add(world.Now, SimEvent.AppendAsked, node.Index, batch[0].Id.Value, batch.Count);
        if (batch.Count > 1 && world.Strikes(SimFault.Torn, world.Rates.Torn))
        {
            // Each kernel's part is whole: that is what the fence and the chain are about.
            List<KernelAppend> part = [.. batch.Where(_ => world.Random.Chance(500_000))];
            Request(node, () => Apply(node, part, SimEvent.AppendTorn), _ => fail(Error("was torn")), fail);
            return;
        }
        Request(node, () => Apply(node, batch, SimEvent.AppendApplied), answer, fail);
    }

    /// <summary>Carries out something at the store, for a node.</summary>
    public void Request<T>(SimNode node, Func<T> apply, Action<T> answer, Action<Exception> fail)
    {
        long there = Latency();
        long back = Latency();
        if (!world.Network.CanReach(node.Index, SimNetwork.StoreEnd))
        {
            node.After(TimeoutMicroseconds, () => fail(Error("cannot be reached")));
            return;
        }
        if (world.Strikes(SimFault.StoreErrors, world.Rates.StoreError))
        {
            Disturb(node, apply, fail, there, back);
            return;
        }
        bool crashesBefore = world.Strikes(SimFault.Crash, world.Rates.CrashAtWrite);
        bool crashesAfter = world.Strikes(SimFault.Crash, world.Rates.CrashAtWrite);
        // What is on the wire when its sender crashes may arrive or not.
        bool arrivesAnyway = world.Random.Chance(500_000);
        int incarnation = node.Incarnation;
        world.Plan(there, () =>
        {
            if (crashesBefore && node.Incarnation == incarnation)
            {
                node.Crash();
            }
            if (node.Incarnation != incarnation && !arrivesAnyway)
            {
                return;
            }
            (T? result, Exception? error) = Try(apply);
            if (crashesAfter && node.Incarnation == incarnation)
            {
                node.Crash();
            }
            world.Plan(back, () =>
            {
                if (node.Incarnation == incarnation)
                {
                    if (error is null)
                    {
                        answer(result!);
                    }
                    else
                    {
                        fail(error);
                    }
                }
            });
        });
    }

    private void Disturb<T>(SimNode node, Func<T> apply, Action<Exception> fail, long there, long back)
    {
        int kind = world.Random.Next(3);
        if (kind > 0)
        {
            world.Plan(there, () => Try(apply));
        }
        long until = kind == 1 ? TimeoutMicroseconds : there + back;
        node.After(until, () => fail(Error(kind == 0 ? "failed" : "failed, perhaps after it was done")));
    }

    private IReadOnlyList<AppendStatus> Apply(SimNode node, IReadOnlyList<KernelAppend> batch, SimEvent kind)
    {
        IReadOnlyList<AppendStatus> statuses = medium.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
        for (int i = 0; i < batch.Count; i++)
        {
            world.Trace.Add(world.Now, kind, node.Index, batch[i].Id.Value, (long)statuses[i]);
            if (batch[i].Entries.Count > 0)
            {
                world.Trace.Add(batch[i].Entries[^1].Chain);
            }
        }
        return statuses;
    }

    private static (T? Result, Exception? Error) Try<T>(Func<T> apply)
    {
        try
        {
            return (apply(), null);
        }
        catch (Exception error) when (error is StoreException or ReplayDivergedException or NodeMissingException
            or StateTreeException or CborException or Granary.Vms.SnapshotFormatException
            or ProgramUnavailableException)
        {
            return (default, error);
        }
    }

    private long Latency()
    {
        long usual = world.Random.Between(FastestMicroseconds, UsualMicroseconds);
        return IsSlow ? usual * SlowTimes : usual;
    }

    private static StoreException Error(string what) =>
        new(StoreFault.Failed, $"The simulated store {what}.", "The fault is planned: go on.");
}
