namespace Granary.Benchmarks;

/// <summary>A grain that takes bytes along when it migrates.</summary>
[Alias("granary.benchmarks.IBareCarrier")]
internal interface IBareCarrier : IGrainWithStringKey
{
    /// <summary>Makes so many bytes, which cannot be compressed.</summary>
    [Alias("fill")]
    Task Fill(int bytes);

    [Alias("look")]
    Task<BarePlace> Look();

    /// <summary>Begins to go to another silo.</summary>
    [Alias("migrate")]
    Task Migrate(SiloAddress target);
}

/// <param name="Bytes">How many it has.</param>
/// <param name="Stopped">From its deactivation at the last silo to the end of its activation at this one.</param>
[GenerateSerializer, Immutable, Alias("granary.benchmarks.BarePlace")]
internal sealed record BarePlace(
    [property: Id(0)] SiloAddress Silo, [property: Id(1)] int Bytes, [property: Id(2)] TimeSpan Stopped);
