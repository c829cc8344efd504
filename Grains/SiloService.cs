using Granary.Embedded;
using Granary.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime.Services;
using Orleans.Services;

namespace Granary.Grains;

/// <summary>What silos ask one another as silos. There is one of it at each.</summary>
[Alias("granary.ISiloService")]
public interface ISiloService : IGrainService
{
    /// <summary>What it had to do since the last time it was asked; null when it takes no kernels any more.</summary>
    [Alias("load")]
    Task<LoadAnswer?> Load();

    /// <summary>Begins to send kernels to another silo, none that came lately.</summary>
    /// <param name="runnable">So many of those that run or wait for a thread.</param>
    /// <param name="others">So many of the rest.</param>
    [Alias("unload")]
    Task Unload(SiloAddress target, int runnable, int others);

    /// <summary>Events of kernels at this silo, see <see cref="IEventSource.ReadAsync"/>.</summary>
    [Alias("events")]
    Task<EventsAnswer> ReadEvents(ulong after, ulong atLeast, int waitMilliseconds);

    /// <summary>See <see cref="IEventSource.Advance"/>.</summary>
    [Alias("advance"), OneWay]
    Task AdvanceEvents(ulong to);

    /// <summary>Keeps the events of a silo that goes in order.</summary>
    [Alias("adopt")]
    Task AdoptEvents(SiloAddress from, EventsAnswer kept, ulong evicted);
}

/// <summary>See <see cref="SiloLoad"/>.</summary>
[GenerateSerializer, Immutable, Alias("granary.LoadAnswer")]
public sealed record LoadAnswer(
    [property: Id(0)] double Runnable, [property: Id(1)] int Threads, [property: Id(2)] int Kernels);

/// <summary>This silo's.</summary>
public sealed class SiloService(
    GrainId id, Orleans.Runtime.Silo silo, ILoggerFactory loggers, SiloKernels kernels)
    : GrainService(id, silo, loggers), ISiloService
{
    public Task<LoadAnswer?> Load() => Task.FromResult(kernels.ReadLoad());

    public Task Unload(SiloAddress target, int runnable, int others)
    {
        kernels.Unload(target, runnable, others);
        return Task.CompletedTask;
    }

    public async Task<EventsAnswer> ReadEvents(ulong after, ulong atLeast, int waitMilliseconds) =>
        EventAnswers.Of(await kernels.Host.Watchers.ReadAsync(
            id: null, after, atLeast, TimeSpan.FromMilliseconds(waitMilliseconds), CancellationToken.None));

    public Task AdvanceEvents(ulong to)
    {
        kernels.Host.Watchers.Advance(to);
        return Task.CompletedTask;
    }

    public Task AdoptEvents(SiloAddress from, EventsAnswer kept, ulong evicted)
    {
        kernels.Events.Adopt(from, EventAnswers.Read(kept), evicted);
        return Task.CompletedTask;
    }
}

/// <summary>Reaches the service of a silo.</summary>
public sealed class SiloServices(IServiceProvider services) : GrainServiceClient<ISiloService>(services)
{
    public ISiloService Of(SiloAddress silo) => GetGrainService(silo);
}
