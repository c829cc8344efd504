namespace Granary.Stores;

/// <summary>The medium refuses. Nothing of the failed call was stored.</summary>
/// <param name="fault">What kind of refusal.</param>
/// <param name="what">What and where, for a person.</param>
/// <param name="advice">What to do.</param>
public sealed class StoreException(StoreFault fault, string what, string advice, Exception? inner = null)
    : Exception($"{what} {advice}", inner)
{
    public StoreFault Fault { get; } = fault;

    public string What { get; } = what;

    public string Advice { get; } = advice;
}
