namespace Granary.Grains.Interfaces;

/// <summary>A kernel's host refuses a request, or cannot serve it.</summary>
[GenerateSerializer, Alias("granary.Refused")]
public sealed class KernelRefusedException : Exception
{
    public KernelRefusedException(int error, string what, string advice, bool hasMoved)
        : base(advice.Length == 0 ? what : $"{what} {advice}") =>
        (Error, What, Advice, HasMoved) = (error, what, advice, hasMoved);

    /// <summary>The kind of refusal, a number that never changes.</summary>
    [Id(0)]
    public int Error { get; private set; }

    [Id(1)]
    public string What { get; private set; }

    [Id(2)]
    public string Advice { get; private set; }

    /// <summary>The kernel goes on elsewhere: asked again, the request gets there.</summary>
    [Id(3)]
    public bool HasMoved { get; private set; }
}
