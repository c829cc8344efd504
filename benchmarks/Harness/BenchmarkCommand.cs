namespace Granary.Benchmarks;

/// <summary>The command: reads its options, runs the benchmarks, prints the table, writes the JSON.</summary>
internal static class BenchmarkCommand
{
    /// <summary>Memory comes first: what others leave in the process would blur its working set.</summary>
    private static readonly IBenchmark[] _all =
    [
        new MemoryBenchmark(),
        new EventStreamsBenchmark(),
        new MovaBenchmark(),
        new Mcs51Benchmark(),
        new ScriptBenchmark(),
        new RiscVBenchmark(),
        new WasmBenchmark(),
        new WasmTimings(),
        new EvmBenchmark(),
        new NockBenchmark(),
        new PrimeaBenchmark(),
        new TreeBenchmark(),
        new MessagesBenchmark(),
        new KernelCallBenchmark(),
        new FanOutBenchmark(),
        new SkynetBenchmark(),
        new SimulatorBenchmark(),
        new TelemetryBenchmark(),
        new MessagePartsBenchmark(),
        new HttpBenchmark(),
        new ActivationBenchmark(),
        new RecoveryBenchmark(),
        new PostgresBatchBenchmark(),
        new PostgresMessagesBenchmark(),
    ];

    /// <returns>0 when all ran and gave right results, 1 when one did not, 2 for wrong options. A missed goal is a
    /// report, not an error: machines differ.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (!BenchmarkOptions.TryParse(args, out BenchmarkOptions options, out string error))
        {
            Console.Error.WriteLine(error);
            return 2;
        }
        IBenchmark[] chosen = [.. _all.Where(b => options.Takes(b.Name))];
        if (options.Help || chosen.Length == 0)
        {
            WriteHelp(options.Help ? Console.Out : Console.Error, options);
            return options.Help ? 0 : 2;
        }
        Machine machine = Machine.Describe();
        Console.WriteLine(machine.ToText());
        Console.WriteLine($"command: {options.Command}");
        BenchmarkRun run = new(options);
        foreach (IBenchmark benchmark in chosen)
        {
            run.Begin(benchmark);
            try
            {
                await benchmark.RunAsync(run);
            }
            catch (BenchmarkFailedException failure)
            {
                Console.Error.WriteLine($"{benchmark.Name} gave a wrong result: {failure.Message}");
                return 1;
            }
        }
        Report report = new(machine, options.Command, options.Quick, run.Figures);
        if (options.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, report.ToJson());
        }
        return 0;
    }

    private static void WriteHelp(TextWriter output, BenchmarkOptions options)
    {
        if (!options.Help)
        {
            output.WriteLine($"No benchmark's name contains '{options.Filter}'.");
        }
        output.WriteLine(BenchmarkOptions.Usage);
        output.WriteLine("Benchmarks:");
        foreach (IBenchmark benchmark in _all)
        {
            output.WriteLine($"  {benchmark.Name,-14} {benchmark.Summary}");
        }
    }
}
