using Granary.Benchmarks;

// The benchmarks start this program again, as the second silo.
if (args is ["silo", .. string[] rest])
{
    return await OtherSilo.RunAsync(rest);
}
IBenchmark[] all = [new ClusterCallsBenchmark(), new ClusterPauseBenchmark(), new ClusterCapacityBenchmark()];
return await BenchmarkCommand.RunAsync("benchmarks/Cluster", all, args);
