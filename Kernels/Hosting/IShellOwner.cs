namespace Granary.Kernels;

/// <summary>What a host keeps around a <see cref="KernelShell"/>: one activation of a kernel in its memory.</summary>
public interface IShellOwner
{
    /// <summary>It has left memory: nothing of it may be written or performed any more.</summary>
    bool IsGone { get; }

    /// <summary>Leaves memory; who waits, is told. False when it had left before.</summary>
    bool Drop(Exception error);

    /// <summary>
    /// Leaves memory in good order, if nothing has come since the kernel stood at a position, where it is checkpointed.
    /// </summary>
    bool TryRetire(ulong position);

    /// <summary>Runs the machine for a slice: <see cref="Kernel.Step"/>, and what the host wants around it.</summary>
    bool Step(Kernel kernel, long sliceGas);

    /// <summary>Takes a commit, to be made durable behind those before it.</summary>
    void Commit(ShellCommit commit);

    /// <summary>A commit has been performed, or (with an error) has failed.</summary>
    void CommitDone(ShellCommit commit, Exception? error);
}
