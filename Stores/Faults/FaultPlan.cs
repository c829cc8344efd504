namespace Granary.Stores;

/// <summary>What a <see cref="FaultStore"/> does to which writes. Writes are numbered 1, 2, 3 ... as they
/// begin.</summary>
/// <param name="Boundary">The first write that it happens to; 0 for none.</param>
/// <param name="Count">For <see cref="FaultMode.Fail"/>: so many writes in a row are refused.</param>
/// <param name="Fault">For <see cref="FaultMode.Fail"/>: how the medium explains itself.</param>
public sealed record FaultPlan(long Boundary, FaultMode Mode, long Count = 1, StoreFault Fault = StoreFault.Full)
{
    /// <summary>Nothing goes wrong; a run with it tells how many boundaries there are.</summary>
    public static FaultPlan None { get; } = new(0, FaultMode.Fail, 0);
}
