using System.Diagnostics;

namespace Granary.Benchmarks;

/// <summary>What a round of calls took. Latencies are milliseconds, sorted.</summary>
internal sealed record CallReading(double PerSecond, double ProcessorMicroseconds, double[] Latencies)
{
    public double Half => Sample.Quantile(Latencies, 0.5);

    public double Late => Sample.Quantile(Latencies, 0.99);
}

/// <summary>So many callers for so long, each waiting for its answer before it calls again.</summary>
internal static class CallLoad
{
    /// <param name="call">Given the number of the caller: each has a kernel or a grain of its own.</param>
    public static async Task<CallReading> RunAsync(
        ProcessorClock clock, int inFlight, TimeSpan length, Func<int, Task> call)
    {
        GC.Collect();
        TimeSpan processor = clock.Read();
        long start = Stopwatch.GetTimestamp();
        List<double>[] latencies = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(caller => Task.Run(
            async () =>
            {
                List<double> all = [];
                while (Stopwatch.GetElapsedTime(start) < length)
                {
                    long begin = Stopwatch.GetTimestamp();
                    await call(caller);
                    all.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                }
                return all;
            })));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        processor = clock.Read() - processor;
        double[] sorted = [.. latencies.SelectMany(l => l).Order()];
        return new CallReading(
            sorted.Length / elapsed.TotalSeconds, processor.TotalMicroseconds / sorted.Length, sorted);
    }
}
