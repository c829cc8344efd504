using Microsoft.Extensions.Logging;
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
}

/// <summary>Reaches the service of a silo.</summary>
public sealed class SiloServices(IServiceProvider services) : GrainServiceClient<ISiloService>(services)
{
    public ISiloService Of(SiloAddress silo) => GetGrainService(silo);
}
