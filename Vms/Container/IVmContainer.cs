namespace Granary.Vms;

/// <summary>
/// One running machine. The order of calls is <c>Enter</c>, then <c>Run</c> until it ends; after
/// <see cref="VmExit.SliceEnded"/> run again; after <see cref="VmExit.Suspended"/> call <c>Resume</c>, then run again.
/// After a trap the machine must be dropped. <c>Save</c> is allowed between any two calls, except after a trap.
/// </summary>
/// <remarks>Not thread-safe: one caller at a time.</remarks>
public interface IVmContainer
{
    /// <summary>Begins a message. What a machine was doing before is abandoned; what it keeps, it keeps.</summary>
    void Enter(VmEntry entry);

    /// <summary>
    /// Hands in what the machine was suspended for. An answer to something else changes nothing: the next run goes on,
    /// or asks again. (A kernel that was imported may say anything of its machine.)
    /// </summary>
    void Resume(VmAnswer answer);

    /// <summary>
    /// Runs until one of the exits. Slices may overshoot to the next safe point; the message's gas never.
    /// </summary>
    VmExit Run(ref GasMeter gas, IVmHost host);

    /// <summary>Writes the whole state at the present safe point.</summary>
    void Save(ISnapshotSink snapshot);
}
