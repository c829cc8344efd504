using System.Diagnostics;

namespace Granary.Benchmarks;

/// <summary>What one round of one side took.</summary>
/// <param name="Operations">How many operations were done.</param>
/// <param name="AllocatedBytes">Managed bytes allocated by the whole process meanwhile.</param>
/// <param name="Processor">Processor time of the whole process meanwhile.</param>
internal readonly record struct Reading(long Operations, TimeSpan Elapsed, long AllocatedBytes, TimeSpan Processor)
{
    public double PerSecond => Operations / Elapsed.TotalSeconds;

    public double Nanoseconds => Elapsed.TotalNanoseconds / Operations;

    public double ProcessorNanoseconds => Processor.TotalNanoseconds / Operations;

    public double BytesPerOperation => (double)AllocatedBytes / Operations;

    public static Reading Of(long operations, Action work)
    {
        Meter meter = Meter.Start();
        work();
        return meter.Stop(operations);
    }

    public static async Task<Reading> OfAsync(long operations, Func<Task> work)
    {
        Meter meter = Meter.Start();
        await work();
        return meter.Stop(operations);
    }

    /// <summary>The first reading of a clock, the allocator and the processor.</summary>
    private readonly record struct Meter(long Clock, long Allocated, TimeSpan Processor)
    {
        public static Meter Start()
        {
            // What the round before left is not paid by this one.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return new Meter(
                Stopwatch.GetTimestamp(), GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime);
        }

        public Reading Stop(long operations)
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(Clock);
            TimeSpan processor = Environment.CpuUsage.TotalTime - Processor;
            return new Reading(
                operations, elapsed, GC.GetTotalAllocatedBytes(precise: true) - Allocated, processor);
        }
    }
}
