namespace Granary.Benchmarks;

/// <summary>One figure beside its peer's, as it is printed and stored.</summary>
/// <param name="Ratio">Ours divided by the peer's, round by round.</param>
/// <param name="AllocatedBytes">Managed bytes for each of our operations; null when it says nothing.</param>
/// <param name="Note">What a reader must know to use it; may be empty.</param>
internal sealed record Figure(
    string Benchmark, string Name, string Unit, Sample Ours, string Peer, Sample Theirs, Sample Ratio,
    double? AllocatedBytes, double? PeerAllocatedBytes, string Note, IReadOnlyList<Goal> Goals);
