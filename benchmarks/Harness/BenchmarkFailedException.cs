namespace Granary.Benchmarks;

/// <summary>A benchmark found a wrong result: its figures would be about nothing.</summary>
internal sealed class BenchmarkFailedException(string message) : Exception(message);
