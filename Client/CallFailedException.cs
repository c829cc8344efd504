using Granary.Kernels;
using Granary.Vms;

namespace Granary.Client;

/// <summary>A call was answered, but not with a result: the program trapped, reverted or was not there.</summary>
/// <param name="text">What the program said, or of a trap what happened.</param>
public sealed class CallFailedException(KernelId id, ReplyStatus status, string text)
    : Exception($"The call to '{id}' ended as {status}{(text.Length == 0 ? "." : $": {text}")}")
{
    public KernelId Id { get; } = id;

    public ReplyStatus Status { get; } = status;

    public string Text { get; } = text;
}
