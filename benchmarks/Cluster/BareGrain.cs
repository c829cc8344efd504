namespace Granary.Benchmarks;

/// <summary>A grain with a persistent state, as the documentation of Orleans shows it.</summary>
[GrainType("granary.benchmarks.bare")]
internal sealed class BareGrain(
    IGrainContext context, ILocalSiloDetails here,
    [PersistentState("bare", BareSilo.Storage)] IPersistentState<BareState> state) : IGrainBase, IBareGrain
{
    public IGrainContext GrainContext => context;

    public Task<byte[]> Ping(byte[] payload) => Task.FromResult(payload);

    public Task Write(byte[] payload)
    {
        state.State.Bytes = payload;
        return state.WriteStateAsync();
    }

    public Task<SiloAddress> Where() => Task.FromResult(here.SiloAddress);
}

[GenerateSerializer, Alias("granary.benchmarks.BareState")]
internal sealed class BareState
{
    [Id(0)]
    public byte[] Bytes { get; set; } = [];
}
