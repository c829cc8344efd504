namespace Granary.Kernels;

/// <summary>A host refuses, or cannot. Nothing that was stored is lost.</summary>
/// <param name="error">What kind of refusal.</param>
/// <param name="what">What and where, for a person, one sentence.</param>
/// <param name="advice">What to do, one sentence; may be empty.</param>
public sealed class KernelHostException(KernelHostError error, string what, string advice = "", Exception? inner = null)
    : Exception(advice.Length == 0 ? what : $"{what} {advice}", inner)
{
    public KernelHostError Error { get; } = error;

    public string What { get; } = what;

    public string Advice { get; } = advice;
}
