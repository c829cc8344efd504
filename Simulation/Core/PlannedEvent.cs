namespace Granary.Simulation;

/// <summary>Something that is to happen.</summary>
/// <param name="At">Virtual microseconds.</param>
/// <param name="Run">What happens then.</param>
/// <param name="Node">Whose memory it is in; null for nobody's.</param>
/// <param name="Incarnation">That of the node when it was planned: it is forgotten in a crash.</param>
internal readonly record struct PlannedEvent(long At, Action Run, SimNode? Node, int Incarnation);
