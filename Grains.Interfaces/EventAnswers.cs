using Granary.Kernels;

namespace Granary.Grains.Interfaces;

/// <summary>What a kernel has printed, logged, emitted or become.</summary>
/// <param name="Kernel">Empty when it concerns all.</param>
/// <param name="EventId">Rises with every event of the cluster: a cursor for all silos.</param>
[GenerateSerializer, Immutable, Alias("granary.Event")]
public sealed record EventAnswer(
    [property: Id(0)] string Kernel, [property: Id(1)] byte Kind, [property: Id(2)] long Time,
    [property: Id(3)] string Topic, [property: Id(4)] byte[] Content, [property: Id(5)] byte Status,
    [property: Id(6)] ulong EventId)
{
    internal KernelEvent ToEvent() => new(
        Kernel.Length > 0 ? KernelId.Parse(Kernel) : KernelId.Client, (KernelEventKind)Kind, Time, Topic, Content,
        (KernelStatus)Status, EventId);
}

/// <param name="UpTo">The next cursor.</param>
/// <param name="Start">Where the log that was read begins.</param>
/// <param name="Missed">Some events above the cursor are not kept any more.</param>
[GenerateSerializer, Immutable, Alias("granary.Events")]
public sealed record EventsAnswer(
    [property: Id(0)] EventAnswer[] Events, [property: Id(1)] ulong UpTo, [property: Id(2)] ulong Start,
    [property: Id(3)] bool Missed);
