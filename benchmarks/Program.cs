using Granary.Benchmarks;

// Memory comes first: what others leave in the process would blur its working set.
IBenchmark[] all =
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
return await BenchmarkCommand.RunAsync("benchmarks", all, args);
