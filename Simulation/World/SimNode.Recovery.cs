using Granary.Kernels;
using Granary.Stores;

namespace Granary.Simulation;

/// <content>From the store into memory, in steps between which anything can happen.</content>
internal sealed partial class SimNode
{
    /// <summary>The kernel in memory; brought there when it is not.</summary>
    private SimActivation Activate(KernelId kernel)
    {
        if (_live.TryGetValue(kernel, out SimActivation? live))
        {
            return live;
        }
        SimActivation activation = new(this, kernel);
        _live.Add(kernel, activation);
        World.Trace.Add(World.Now, SimEvent.ActivationAsked, Index, kernel.Value);
        World.Store.Request(
            this, () => Sync(World.Store.Medium.ActivateAsync(kernel)),
            found =>
            {
                if (found is null)
                {
                    activation.Drop(new KernelHostException(KernelHostError.NoSuchKernel, "There is no such kernel."));
                    return;
                }
                World.Trace.Add(World.Now, SimEvent.ActivationDone, Index, kernel.Value, (long)found.Epoch);
                Recover(activation, found);
            },
            error => Fail(activation, error));
        return activation;
    }

    private void Recover(SimActivation activation, KernelActivation found) => World.Store.Request(
        this,
        () => KernelRecovery.RecoverAsync(new NodeStore(World, Index), World.Programs, found).GetAwaiter().GetResult(),
        kernel =>
        {
            World.Trace.Add(World.Now, SimEvent.KernelRecovered, Index, kernel.Id.Value, (long)kernel.Position);
            World.Recoveries++;
            if (!activation.IsGone)
            {
                activation.Start(kernel, found.Epoch);
            }
        },
        error => Fail(activation, found, error));

    private void Fail(SimActivation activation, KernelActivation found, Exception error)
    {
        if (error is StoreException)
        {
            Fail(activation, error);
            return;
        }
        World.Store.Request(
            this,
            () => KernelRecovery.QuarantineAsync(World.Store.Medium, found.Kernel, found.Epoch).GetAwaiter()
                .GetResult(),
            mine =>
            {
                if (mine)
                {
                    World.Violate($"kernel {activation.Id} cannot be recovered on n{Index}: "
                        + $"{error.GetType().Name}: {error.Message}");
                }
                Fail(activation, error);
            },
            again => Fail(activation, again));
    }

    /// <summary>
    /// A slice has thrown. Where somebody else has activated the kernel since, that is no matter of the kernel: what it
    /// reads late may be collected by then. Otherwise no fault here may lead to that.
    /// </summary>
    public void Quarantine(KernelId id, ulong epoch, Exception error) => World.Store.Request(
        this,
        () => World.Store.Medium.FindAsync(id).AsTask().GetAwaiter().GetResult() is { } kernel
            && KernelRecovery.QuarantineAsync(World.Store.Medium, kernel, epoch).GetAwaiter().GetResult(),
        mine =>
        {
            if (mine)
            {
                World.Violate($"kernel {id} on n{Index} is broken: {error.GetType().Name}: {error.Message}");
            }
        },
        _ => { });

    private void Fail(SimActivation activation, Exception error)
    {
        World.Trace.Add(World.Now, SimEvent.ActivationFailed, Index, activation.Id.Value);
        activation.Drop(CommitErrors.Store(error));
    }
}
