using System.Diagnostics;
using System.Globalization;
using Granary.Vms;
using Granary.Vms.Nock;

namespace Granary.Benchmarks;

/// <summary>Evaluation steps a second of Nock, and jam and cue beside <c>@urbit/nockjs</c>.</summary>
/// <remarks>
/// The second needs Node and a folder with <c>node_modules/@urbit/nockjs</c>, named by <c>GRANARY_NOCKJS</c>; it is
/// left out without them.
/// </remarks>
internal sealed class NockBenchmark : IBenchmark
{
    private const double StepsFloor = 15;
    private const double StepsAim = 50;
    private const double PackingGoal = 20;

    /// <summary>Decrement by counting, without the outer bracket.</summary>
    private const string Bare = "8 [1 0] 8 [1 6 [5 [0 7] 4 0 6] [0 6] 9 2 [0 2] [4 0 6] 0 7] 9 2 0 1";

    private const string Decrement = $"[{Bare}]";

    /// <summary>Ackermann of [m n], decrementing by counting.</summary>
    private const string Ackermann =
        "[7 [[1 6 [5 [0 6] 1 0] [4 0 7] 6 [5 [0 7] 1 0] "
        + $"[9 2 [0 2] [7 [0 6] {Bare}] 1 1] "
        + $"9 2 [0 2] [7 [0 6] {Bare}] 9 2 [0 2] [0 6] 7 [0 7] {Bare}] 0 1] 9 2 0 1]";

    /// <summary>The library's sort of a list of numbers: with the library behind the list.</summary>
    private const string Sort = "[8 [9 75 0 31] 9 2 10 [6 0 6] 0 2]";

    public string Name => "nock";

    public string Summary => "evaluation steps of Nock beside C#, jam and cue beside @urbit/nockjs";

    public async Task RunAsync(BenchmarkRun run)
    {
        ulong count = run.Pick(1_000_000UL, 1_000UL);
        await StepsAsync(run, "decrement by counting", Atom.Of(count), Decrement, $"{count - 1}", jets: false);
        await StepsAsync(run, "Ackermann of 2 and n", NounText.Parse(run.Pick("[2 60]", "[2 3]")), Ackermann,
            run.Pick("123", "9"), jets: false);
        await SortAsync(run, jets: true);
        await SortAsync(run, jets: false);
        await PackAsync(run);
    }

    private static async Task StepsAsync(
        BenchmarkRun run, string name, Noun subject, string formula, string product, bool jets)
    {
        Noun code = NounText.Parse(formula);
        long steps = 0;
        void Ours()
        {
            NockEvaluator.Result result = NockEvaluator.Run(
                subject, code, GasMeter.Unlimited, jets, VmLimits.Default);
            BenchmarkRun.Check(result.Product is null ? result.Problem : NounText.Print(result.Product), product, name);
            steps = result.Meter + result.Nines + result.Scries;
        }
        run.WarmUp(Ours);
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => Reading.Of(steps, Ours), () => Reading.Of(steps, () => Count(steps)));
        run.Report(name, "M steps/s", "C# loop of as many steps", readings, r => 1e3 / r.ProcessorNanoseconds,
            s =>
            [
                Goal.AtLeast("M steps/s", StepsFloor, s.Ours.Median),
                Goal.AtLeast("M steps/s", StepsAim, s.Ours.Median),
            ],
            note: "of processor time");
    }

    /// <remarks>The order is that of the numbers: the one of sets takes mugs, and no code without jets counts up to a
    /// number of 31 bits in sensible time.</remarks>
    private static async Task SortAsync(BenchmarkRun run, bool jets)
    {
        Random random = new(1);
        int[] numbers = [.. Enumerable.Range(0, run.Pick(500, 20)).Select(_ => random.Next(500))];
        // Layer 10 is at 31 of [list library], and the list at 6 when a gate is before that.
        Noun subject = new Cell(
            Noun.List([.. numbers.Select(n => (Noun)Atom.Of((ulong)n))]), NockLibrary.Noun);
        string sorted = NounText.Print(Noun.List([.. numbers.Order().Select(n => (Noun)Atom.Of((ulong)n))]));
        Noun code = NounText.Parse(Sort);
        void Ours()
        {
            NockEvaluator.Result result = NockEvaluator.Run(
                subject, code, GasMeter.Unlimited, jets, VmLimits.Default);
            BenchmarkRun.Check(
                result.Product is null ? result.Problem : NounText.Print(result.Product), sorted, "the sort");
        }
        run.WarmUp(Ours);
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => Reading.Of(numbers.Length, Ours),
            () => Reading.Of(numbers.Length, () => _ = new SortedSet<(int, int)>(numbers.Index())));
        run.Report($"sort of a list, {(jets ? "with" : "without")} jets", "k elements/s", "SortedSet", readings,
            r => 1e6 / r.ProcessorNanoseconds, note: "of processor time");
    }

    private static async Task PackAsync(BenchmarkRun run)
    {
        Random random = new(2);
        Noun noun = Tree(random, run.Pick(17, 6));
        byte[] bytes = NounJam.Jam(noun);
        run.WarmUp(() => NounJam.Jam(NounJam.Cue(bytes)));
        string modules = Environment.GetEnvironmentVariable("GRANARY_NOCKJS") ?? "";
        if (modules.Length == 0)
        {
            Console.WriteLine("  GRANARY_NOCKJS names no folder with @urbit/nockjs: jam and cue are left out.");
            return;
        }
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, bytes);
            PairedSeries cue = new();
            PairedSeries jam = new();
            for (int round = 0; round < run.Pick(3, 1); round++)
            {
                (double theirCue, double theirJam) = await NockJsAsync(modules, file);
                Reading ourCue = Reading.Of(10, () => Repeat(10, () => NounJam.Cue(bytes)));
                // A fresh noun each time: mugs are kept in nouns.
                Noun[] nouns = [.. Enumerable.Range(0, 10).Select(_ => NounJam.Cue(bytes))];
                int next = 0;
                Reading ourJam = Reading.Of(10, () => Repeat(10, () => NounJam.Jam(nouns[next++])));
                cue.Add(bytes.Length * 1e3 / ourCue.ProcessorNanoseconds, bytes.Length * 1e3 / theirCue);
                jam.Add(bytes.Length * 1e3 / ourJam.ProcessorNanoseconds, bytes.Length * 1e3 / theirJam);
            }
            string size = string.Create(CultureInfo.InvariantCulture, $"{bytes.Length / 1e6:F1} MB");
            run.Report($"cue of {size}", "MB/s", "@urbit/nockjs", cue,
                [Goal.AtLeast("times", PackingGoal, cue.Ratio.Median)], "of processor time");
            run.Report($"jam of {size}", "MB/s", "@urbit/nockjs", jam,
                [Goal.AtLeast("times", PackingGoal, jam.Ratio.Median)], "of processor time");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Nanoseconds of processor time for cue and jam.</summary>
    private static async Task<(double Cue, double Jam)> NockJsAsync(string modules, string file)
    {
        ProcessStartInfo start = new("node") { RedirectStandardOutput = true };
        string script = Path.Combine(AppContext.BaseDirectory, "../../../Vms/Nock/nockjs.mjs");
        foreach (string argument in new[] { "--stack-size=4000", script, Path.GetFullPath(modules), file })
        {
            start.ArgumentList.Add(argument);
        }
        using Process process = Process.Start(start)!;
        string[] words = (await process.StandardOutput.ReadToEndAsync()).Split(
            (char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        BenchmarkRun.Check(words.Length == 3 && words[2] == "true", true, "the bytes of nockjs");
        return (
            double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    private static Noun Tree(Random random, int depth) => depth == 0
        ? Atom.Of((ulong)random.NextInt64(1L << (4 + random.Next(56))))
        : new Cell(Tree(random, depth - 1), Tree(random, depth - 1));

    /// <summary>As many steps as a loop, each depending on the one before, and counted against a limit.</summary>
    private static void Count(long steps)
    {
        long left = steps;
        ulong value = (ulong)steps;
        while (--left >= 0)
        {
            value = (value * 3) ^ (value >> 7);
        }
        BenchmarkRun.Check(value == 0, false, "the value");
    }

    private static void Repeat(int count, Action work)
    {
        for (int i = 0; i < count; i++)
        {
            work();
        }
    }
}
