namespace Granary.Benchmarks;

/// <summary>Measures one thing beside its peers, and checks that what it measured gave the right results.</summary>
internal interface IBenchmark
{
    /// <summary>One word, for <c>--filter</c>.</summary>
    string Name { get; }

    /// <summary>One line for the help.</summary>
    string Summary { get; }

    /// <exception cref="BenchmarkFailedException">What was measured did not do what it should.</exception>
    Task RunAsync(BenchmarkRun run);
}
