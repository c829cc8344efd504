using System.Diagnostics;
using Granary.Kernels;

namespace Granary.Client;

/// <summary>Says whether to try again, and when: twice as long each time, half of it random, within bounds.</summary>
internal sealed class RetrySchedule(GranaryClientOptions options)
{
    private const int DoublingsMax = 20;

    private readonly Stopwatch _outage = new();

    /// <summary>Failures in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>
    /// Somebody waits for what the node has: tries are not counted any more, only time is, if at all.
    /// </summary>
    public bool IsPatient { get; set; }

    /// <summary>It went well: the next failure is the first.</summary>
    public void Reset()
    {
        Failures = 0;
        _outage.Reset();
    }

    /// <summary>Waits for the next try; false when there is none.</summary>
    /// <param name="error">What went wrong: a store that fails will not mend itself by waiting.</param>
    public async Task<bool> TryWaitAsync(
        KernelHostError error, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        _outage.Start();
        Failures++;
        bool isOver = IsPatient && error != KernelHostError.Store
            ? options.OutageMax is { } max && _outage.Elapsed > max
            : Failures > options.RetryCount;
        if (isOver)
        {
            return false;
        }
        await options.Pause(NextPause(retryAfter), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private TimeSpan NextPause(TimeSpan? retryAfter)
    {
        TimeSpan pause = options.RetryDelay * Math.Pow(2, Math.Min(Failures - 1, DoublingsMax));
        pause = pause < options.RetryDelayMax ? pause : options.RetryDelayMax;
        // Clients that lost one node come back one by one.
        pause = pause / 2 + pause / 2 * Random.Shared.NextDouble();
        if (retryAfter is { } wanted && wanted > pause)
        {
            pause = wanted < options.RetryDelayMax ? wanted : options.RetryDelayMax;
        }
        return pause;
    }
}
