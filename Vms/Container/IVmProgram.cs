namespace Granary.Vms;

/// <summary>Loaded code: immutable, safe to share between threads, cached by code hash.</summary>
public interface IVmProgram
{
    /// <summary>
    /// The entry points that a message may name, first the one meant when none is named; empty when any.
    /// </summary>
    IReadOnlyList<string> EntryPoints { get; }

    /// <summary>A fresh machine.</summary>
    IVmContainer Start();

    /// <summary>A machine that goes on from a snapshot.</summary>
    /// <exception cref="SnapshotFormatException">The snapshot is broken, over a limit, or not of this
    /// program.</exception>
    IVmContainer Restore(ISnapshotSource snapshot);
}
