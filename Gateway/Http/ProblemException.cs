namespace Granary.Gateway;

/// <summary>Ends a request with a problem document.</summary>
/// <param name="code">The kind, as programs read it, in camel case.</param>
/// <param name="what">What is wrong, one sentence.</param>
/// <param name="advice">What to do, one sentence.</param>
internal sealed class ProblemException(int status, string code, string what, string advice = "") : Exception(what)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public string Advice { get; } = advice;

    /// <summary>What a 401 asks for; otherwise empty.</summary>
    public string Challenge { get; init; } = "";
}
