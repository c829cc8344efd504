using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>One thing that a client wants of a kernel, and what came of it.</summary>
internal sealed class ClientCall
{
    public required KernelId To { get; init; }

    public string Entry { get; init; } = "";

    public string Payload { get; init; } = "";

    public bool IsCall { get; init; } = true;

    public long Gas { get; init; } = KernelLimits.MessageGasDefault;

    /// <summary>After some tries the client goes on without knowing what became of it.</summary>
    public bool MayGiveUp { get; init; }

    /// <summary>Under which the kernel takes it at most once.</summary>
    public string Key { get; set; } = "";

    /// <summary>Virtual microseconds.</summary>
    public long Began { get; set; }

    public long Ended { get; set; } = long.MaxValue;

    public bool IsDone { get; set; }

    /// <summary>The reply; null for a message without one, and while nothing is known.</summary>
    public CallResult? Result { get; set; }

    public bool IsUnknown => !IsDone;

    public string ReplyText => Result is null ? "" : System.Text.Encoding.Latin1.GetString(Result.Payload.Span);
}
