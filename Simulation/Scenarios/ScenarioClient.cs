using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>Somebody who sends the same message again and again, the next when the one before is through.</summary>
public sealed record ScenarioClient
{
    /// <summary>Stands in a payload for the number of the message, 0, 1, 2 ...</summary>
    public const string NumberMark = "{n}";

    public required KernelId To { get; init; }

    public string Entry { get; init; } = "";

    public string Payload { get; init; } = "";

    public int Count { get; init; } = 1;

    /// <summary>Between two messages, about.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>True: no reply is expected.</summary>
    public bool IsSend { get; init; }

    /// <summary>True: replies that are errors are no violation.</summary>
    public bool MayFail { get; init; }

    public long Gas { get; init; } = KernelLimits.MessageGasDefault;
}
