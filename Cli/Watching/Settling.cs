using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Waits until a kernel has dealt with what it was sent, showing what happens meanwhile.</summary>
internal sealed class Settling(IKernelHost host, KernelId id, TimeProvider time, Action<KernelEvent> show)
{
    // Events tell when to look; they may be dropped, so we look now and then without them.
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(250);

    // Events that are on their way when the kernel is seen to be done.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(250);

    private EndedMessage? _failed;
    private bool _sawRest;

    /// <summary>The kernel when it no longer runs and no message waits, or as it is when the time is up.</summary>
    public async Task<SettledKernel> WaitAsync(
        EventStream events, TimeSpan timeLimit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(timeLimit, time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        KernelInfo info = await host.GetAsync(id, cancellationToken);
        bool isOver = IsHalted(info.Status);
        bool isTimedOut = false;
        while (!isOver && !isTimedOut)
        {
            isTimedOut = !await NextLookAsync(events, either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            info = await host.GetAsync(id, cancellationToken);
            isOver = IsSettled(info);
        }
        events.Drain(Observe);
        Task grace = Task.Delay(s_grace, time, cancellationToken);
        while (isOver && !_sawRest && !IsHalted(info.Status)
            && await Task.WhenAny(grace, events.Ready) != grace && await events.NextAsync() is { } e)
        {
            Observe(e);
        }
        return new SettledKernel(info, _failed, !isOver);
    }

    // False when the time is up first.
    private async Task<bool> NextLookAsync(EventStream events, CancellationToken stop)
    {
        Task pause = Task.Delay(s_lookEvery, time, stop);
        while (await Task.WhenAny(pause, events.Ready) != pause)
        {
            if (await events.NextAsync() is not { } e)
            {
                await Task.WhenAny(pause);
                break;
            }
            Observe(e);
            if (e.Kind is KernelEventKind.Ended or KernelEventKind.StatusChanged or KernelEventKind.Dropped)
            {
                return true;
            }
        }
        return !stop.IsCancellationRequested;
    }

    private void Observe(KernelEvent e)
    {
        show(e);
        bool isStep = e.Kind is KernelEventKind.Ended or KernelEventKind.StatusChanged;
        _sawRest = isStep ? e.Kind == KernelEventKind.Ended || e.Status != KernelStatus.Running : _sawRest;
        if (e.Kind == KernelEventKind.Ended && EndedMessage.Of(e) is { IsOk: false } failed)
        {
            _failed = failed;
        }
    }

    private static bool IsSettled(KernelInfo info) =>
        IsHalted(info.Status) || (info.Status != KernelStatus.Running && info.InboxCount == 0);

    private static bool IsHalted(KernelStatus status) =>
        status is KernelStatus.Paused or KernelStatus.Quarantined or KernelStatus.Refused or KernelStatus.Deleted;
}
