using System.Diagnostics;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Granary.Benchmarks;

/// <summary>Its bytes travel in the dehydration context, and nothing else of them is kept.</summary>
/// <remarks>The silos are on one machine, so one reading of the clock can be taken from another.</remarks>
[GrainType("granary.benchmarks.carrier"), Immovable]
internal sealed class BareCarrier(IGrainContext context, ILocalSiloDetails here)
    : IGrainBase, IBareCarrier, IGrainMigrationParticipant
{
    private const string BytesKey = "bytes";
    private const string LeftKey = "left";

    private byte[] _bytes = [];
    private long _left;
    private TimeSpan _stopped;

    public IGrainContext GrainContext => context;

    public Task Fill(int bytes)
    {
        _bytes = new byte[bytes];
        new Random(bytes).NextBytes(_bytes);
        return Task.CompletedTask;
    }

    public Task<BarePlace> Look() => Task.FromResult(new BarePlace(here.SiloAddress, _bytes.Length, _stopped));

    public Task Migrate(SiloAddress target)
    {
        context.Migrate(new Dictionary<string, object> { [IPlacementDirector.PlacementHintKey] = target });
        return Task.CompletedTask;
    }

    public Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token)
    {
        _left = Stopwatch.GetTimestamp();
        return Task.CompletedTask;
    }

    public void OnDehydrate(IDehydrationContext dehydrationContext)
    {
        dehydrationContext.TryAddValue(BytesKey, _bytes);
        dehydrationContext.TryAddValue(LeftKey, _left);
    }

    public void OnRehydrate(IRehydrationContext rehydrationContext)
    {
        rehydrationContext.TryGetValue(BytesKey, out byte[]? bytes);
        rehydrationContext.TryGetValue(LeftKey, out _left);
        _bytes = bytes ?? [];
    }

    public Task OnActivateAsync(CancellationToken token)
    {
        _stopped = _left > 0 ? Stopwatch.GetElapsedTime(_left) : TimeSpan.Zero;
        return Task.CompletedTask;
    }
}
