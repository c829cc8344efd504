namespace Granary.Grains;

/// <summary>What one silo has to do, on average since it was asked last.</summary>
/// <param name="Runnable">Kernels that ran or waited for a thread: the load average of its machines.</param>
/// <param name="Threads">Threads that run machines.</param>
/// <param name="Kernels">Kernels in its memory.</param>
public readonly record struct SiloLoad(double Runnable, int Threads, int Kernels);

/// <summary>Kernels to move from one silo to another; both by their place in the list that was planned for.</summary>
/// <param name="Runnable">So many of those that run or wait for a thread.</param>
/// <param name="Others">So many of the rest.</param>
public readonly record struct BalanceMove(int From, int To, int Runnable, int Others);

/// <summary>
/// Evens out the machines that compete for threads, and the memory. A plan that is carried out leaves nothing to plan:
/// no kernel is sent to and fro.
/// </summary>
public static class BalancePlan
{
    /// <summary>So many kernels leave a silo in a round, at most.</summary>
    private const int MovesMax = 1_000;

    /// <summary>Memory is worth a move when two silos differ by so many kernels, and by a quarter.</summary>
    private const int KernelsDifferenceMin = 128;

    public static IReadOnlyList<BalanceMove> Make(IReadOnlyList<SiloLoad> silos)
    {
        Dictionary<(int From, int To), (int Runnable, int Others)> moves = [];
        PlanRunnable([.. silos.Select(s => s.Runnable)], silos, moves);
        PlanOthers(silos, moves);
        return [.. moves.Select(m => new BalanceMove(m.Key.From, m.Key.To, m.Value.Runnable, m.Value.Others))];
    }

    /// <summary>
    /// One by one from the silo with the most for each thread to the one with the fewest, as long as that one is not
    /// worse off after it. A silo with a thread for each machine has nothing to gain.
    /// </summary>
    private static void PlanRunnable(
        double[] runnable, IReadOnlyList<SiloLoad> silos, Dictionary<(int From, int To), (int, int)> moves)
    {
        for (int moved = 0; moved < MovesMax; moved++)
        {
            int from = Enumerable.Range(0, silos.Count).MaxBy(i => runnable[i] / silos[i].Threads);
            int to = Enumerable.Range(0, silos.Count).MinBy(i => (runnable[i] + 1) / silos[i].Threads);
            bool competes = runnable[from] > silos[from].Threads + 0.5;
            // A tenth of one: averages of two samples of the same are not equal.
            bool gains = (runnable[from] - 1) / silos[from].Threads + 0.1 >= (runnable[to] + 1) / silos[to].Threads;
            if (from == to || !competes || !gains)
            {
                return;
            }
            (runnable[from], runnable[to]) = (runnable[from] - 1, runnable[to] + 1);
            (int count, int others) = moves.GetValueOrDefault((from, to));
            moves[(from, to)] = (count + 1, others);
        }
    }

    private static void PlanOthers(
        IReadOnlyList<SiloLoad> silos, Dictionary<(int From, int To), (int, int)> moves)
    {
        int from = Enumerable.Range(0, silos.Count).MaxBy(i => silos[i].Kernels);
        int to = Enumerable.Range(0, silos.Count).MinBy(i => silos[i].Kernels);
        int difference = silos[from].Kernels - silos[to].Kernels;
        if (difference >= KernelsDifferenceMin && difference >= silos[from].Kernels / 4)
        {
            (int runnable, int _) = moves.GetValueOrDefault((from, to));
            moves[(from, to)] = (runnable, Math.Min(difference / 2, MovesMax));
        }
    }
}
