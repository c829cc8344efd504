namespace Granary.Kernels;

/// <summary>A checkpoint: the roots of a kernel's state at a position of its journal.</summary>
/// <param name="Id">The kernel.</param>
/// <param name="Generation">Its generation at that position.</param>
/// <param name="Position">The position of the journal entry that records this checkpoint.</param>
/// <param name="Chain">The journal's hash chain up to and with that entry.</param>
/// <param name="Root">The state at the last commit: what readers, proofs and rollback see.</param>
/// <param name="WorkRoot">While a message is half done, the state at the safe point; otherwise null.</param>
/// <param name="Time">When, in Unix milliseconds, as recorded in the journal.</param>
public sealed record KernelHead(
    KernelId Id, ulong Generation, ulong Position, Hash Chain, Hash Root, Hash? WorkRoot, long Time);
