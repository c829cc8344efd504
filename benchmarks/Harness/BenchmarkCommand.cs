namespace Granary.Benchmarks;

/// <summary>The command: reads its options, runs the benchmarks, prints the table, writes the JSON.</summary>
internal static class BenchmarkCommand
{
    /// <returns>0 when all ran and gave right results, 1 when one did not, 2 for wrong options. A missed goal is a
    /// report, not an error: machines differ.</returns>
    /// <param name="project">Where it is run from, for whoever wants to run it again.</param>
    public static async Task<int> RunAsync(string project, IBenchmark[] all, string[] args)
    {
        if (!BenchmarkOptions.TryParse(project, args, out BenchmarkOptions options, out string error))
        {
            Console.Error.WriteLine(error);
            return 2;
        }
        IBenchmark[] chosen = [.. all.Where(b => options.Takes(b.Name))];
        if (options.Help || chosen.Length == 0)
        {
            WriteHelp(options.Help ? Console.Out : Console.Error, all, options);
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

    private static void WriteHelp(TextWriter output, IBenchmark[] all, BenchmarkOptions options)
    {
        if (!options.Help)
        {
            output.WriteLine($"No benchmark's name contains '{options.Filter}'.");
        }
        output.WriteLine(options.Usage);
        output.WriteLine("Benchmarks:");
        foreach (IBenchmark benchmark in all)
        {
            output.WriteLine($"  {benchmark.Name,-14} {benchmark.Summary}");
        }
    }
}
