using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>How a message ended, read from its <see cref="KernelEventKind.Ended"/> event.</summary>
internal readonly record struct EndedMessage(ReplyStatus Status, string Text)
{
    public bool IsOk => Status == ReplyStatus.Ok;

    public int ExitCode => IsOk ? ExitCodes.Success : ExitCodes.ProgramFailed;

    /// <summary>For the error stream: <c>trapped: out of gas at ip 3</c>.</summary>
    public string Failure => Text.Length == 0 ? JsonForms.Name(Status) : Text;

    public static EndedMessage Of(KernelEvent ended) =>
        new(Enum.Parse<ReplyStatus>(ended.Topic, ignoreCase: true), TextForms.Lenient(ended.Content.Span));
}
