namespace Granary.Benchmarks;

/// <summary>One run of the command: how much to do, and what came out.</summary>
internal sealed class BenchmarkRun(BenchmarkOptions options)
{
    private const int FullRounds = 5;

    private readonly List<Figure> _figures = [];
    private string _benchmark = "";

    public bool Quick => options.Quick;

    public int Rounds => Quick ? 1 : FullRounds;

    public IReadOnlyList<Figure> Figures => _figures;

    public void Begin(IBenchmark benchmark)
    {
        _benchmark = benchmark.Name;
        Console.WriteLine($"{benchmark.Name}: {benchmark.Summary}");
    }

    /// <summary>The size of an input: the first when it counts, the second in quick mode.</summary>
    public T Pick<T>(T full, T quick) => Quick ? quick : full;

    /// <summary>
    /// Calls short work until the compiler has its final code of it: it counts calls, compiles in the background, and
    /// measures before it optimises.
    /// </summary>
    public void WarmUp(params ReadOnlySpan<Action> works)
    {
        for (int phase = 0; phase < Pick(4, 1); phase++)
        {
            foreach (Action work in works)
            {
                for (int i = 0; i < Pick(50, 1); i++)
                {
                    work();
                }
            }
            Thread.Sleep(Pick(150, 0));
        }
    }

    /// <summary>One unmeasured round, then measured ones, the two sides in turns: A B B A.</summary>
    /// <param name="rounds">More than usual, where the difference is small.</param>
    public async Task<List<(Reading Ours, Reading Theirs)>> PairAsync(
        Func<Task<Reading>> ours, Func<Task<Reading>> theirs, int? rounds = null)
    {
        if (!Quick)
        {
            await ours();
            await theirs();
        }
        List<(Reading Ours, Reading Theirs)> readings = [];
        for (int round = 0; round < (rounds ?? Rounds); round++)
        {
            // Who goes first changes, so that going first is no advantage.
            if (round % 2 == 0)
            {
                readings.Add((await ours(), await theirs()));
            }
            else
            {
                Reading second = await theirs();
                readings.Add((await ours(), second));
            }
        }
        return readings;
    }

    /// <summary>As the other, for work that does not wait.</summary>
    public Task<List<(Reading Ours, Reading Theirs)>> PairAsync(Func<Reading> ours, Func<Reading> theirs) =>
        PairAsync(() => Task.FromResult(ours()), () => Task.FromResult(theirs()));

    public void Report(
        string name, string unit, string peer, IReadOnlyList<(Reading Ours, Reading Theirs)> readings,
        Func<Reading, double> value, Func<PairedSeries, IReadOnlyList<Goal>>? goals = null, string note = "")
    {
        PairedSeries series = new();
        foreach ((Reading ours, Reading theirs) in readings)
        {
            series.Add(value(ours), value(theirs));
        }
        Report(
            name, unit, peer, series, goals?.Invoke(series) ?? [], note,
            Sample.Of(readings.Select(r => r.Ours.BytesPerOperation)).Median,
            Sample.Of(readings.Select(r => r.Theirs.BytesPerOperation)).Median);
    }

    public void Report(
        string name, string unit, string peer, PairedSeries series, IReadOnlyList<Goal> goals, string note = "",
        double? allocatedBytes = null, double? peerAllocatedBytes = null)
    {
        Figure figure = new(
            _benchmark, name, unit, series.Ours, peer, series.Theirs, series.Ratio, allocatedBytes, peerAllocatedBytes,
            note, Quick ? [] : goals);
        _figures.Add(figure);
        Console.WriteLine(FigureText.Describe(figure));
    }

    /// <summary>Makes sure that what is measured did its work.</summary>
    public static void Check<T>(T actual, T expected, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(actual, expected))
        {
            throw new BenchmarkFailedException($"{what} is {actual}, it should be {expected}.");
        }
    }
}
