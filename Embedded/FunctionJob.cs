using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>A question or a change whose result is told when it is durable.</summary>
internal sealed class FunctionJob<T>(Func<KernelShell, Kernel, T> function) : ShellJob
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;
    private Exception? _error;

    public Task<T> Done => _done.Task;

    public override void Execute(KernelShell shell, Kernel kernel)
    {
        try
        {
            _result = function(shell, kernel);
        }
        catch (KernelHostException error)
        {
            // A refusal: the kernel is as it was.
            _error = error;
        }
    }

    public override void Complete()
    {
        if (_error is null)
        {
            _done.TrySetResult(_result);
        }
        else
        {
            Fail(_error);
        }
    }

    public override void Fail(Exception error)
    {
        _done.TrySetException(error);
        // Who asked may have stopped waiting: then nobody else looks at it.
        _ = _done.Task.Exception;
    }
}
