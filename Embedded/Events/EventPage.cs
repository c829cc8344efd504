using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>Events above a cursor, in the order of their ids.</summary>
/// <param name="UpTo">All at or below this id are there, and none will come: the next cursor.</param>
/// <param name="Start">Where the log begins: whether there was anything before, it does not know.</param>
/// <param name="Missed">Some above the cursor are not kept any more.</param>
public sealed record EventPage(IReadOnlyList<KernelEvent> Events, ulong UpTo, ulong Start, bool Missed);
