namespace Granary.Kernels;

/// <summary>Checkpoints a kernel that has nothing to do, and lets it leave memory when that is durable.</summary>
public sealed class RetireJob : ShellJob
{
    private IShellOwner? _owner;
    private ulong _position;

    public override void Execute(KernelShell shell, Kernel kernel)
    {
        if (kernel.CanStep || kernel.OutboxCount > 0)
        {
            return;
        }
        if (kernel.BytesSinceCheckpoint > 0)
        {
            shell.TakeCheckpoint(name: null);
        }
        (_owner, _position) = (shell.Owner, kernel.Position);
    }

    public override void Complete() => _owner?.TryRetire(_position);
}
