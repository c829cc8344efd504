using System.Diagnostics;
using Granary.Kernels;

namespace Granary.Client;

/// <summary>Says whether to try again, and when: twice as long each time, half of it random, within bounds.</summary>
/// <param name="nodes">Each is tried before there is a pause.</param>
internal sealed class RetrySchedule(GranaryClientOptions options, int nodes)
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
    /// <param name="isLater">No node does it now: the next is not tried at once.</param>
    public async Task<bool> TryWaitAsync(
        KernelHostError error, TimeSpan? retryAfter, bool isLater, CancellationToken cancellationToken)
    {
        _outage.Start();
        Failures++;
        bool isOver = IsPatient && error != KernelHostError.Store
            ? options.OutageMax is { } max && _outage.Elapsed > max
            : Failures > (long)options.RetryCount * nodes;
        if (isOver)
        {
            return false;
        }
        if (isLater || Failures % nodes == 0)
        {
            await options.Pause(NextPause(retryAfter), cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    private TimeSpan NextPause(TimeSpan? retryAfter)
    {
        TimeSpan pause = options.RetryDelay * Math.Pow(2, Math.Clamp((Failures / nodes) - 1, 0, DoublingsMax));
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
