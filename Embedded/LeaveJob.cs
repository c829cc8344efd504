using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>A kernel leaves this host, to go on in another.</summary>
internal sealed class LeaveJob(Func<long, bool> mayCarry) : ShellJob
{
    private readonly TaskCompletionSource<KernelDeparture?> _done =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KernelDeparture? _departure;

    /// <summary>Done when it has left; null when the store has all.</summary>
    public Task<KernelDeparture?> Done => _done.Task;

    public override bool IsAwaited => false;

    public override void Execute(KernelShell shell, Kernel kernel) => _departure = shell.Leave(mayCarry);

    /// <summary>Something went wrong on the way: only what the store has counts.</summary>
    public override void Fail(Exception error) => Gone();

    public void Gone() => _done.TrySetResult(null);

    public void Finished() => _done.TrySetResult(_departure);
}
