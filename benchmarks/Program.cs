using Granary.Benchmarks;

return await BenchmarkCommand.RunAsync(args);
