namespace Granary.Benchmarks;

/// <summary>What the process holds, after everything that nobody holds is gone.</summary>
internal static class MemoryUsage
{
    public static (long Heap, long WorkingSet) Take()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        return (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }
}
