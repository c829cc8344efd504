namespace Granary.Vms.Tests.Script;

/// <summary>What a suspended machine is resumed with.</summary>
public sealed record ScriptAnswer
{
    /// <summary><c>slept</c>, <c>timedOut</c>, <c>received</c> or <c>replied</c>.</summary>
    public required string Kind { get; init; }

    public string Entry { get; init; } = "";

    public string Payload { get; init; } = "";

    public int PayloadTimes { get; init; } = 1;

    public string Sender { get; init; } = "";

    public byte Status { get; init; }

    public IReadOnlyList<string> Arrived { get; init; } = [];

    public long Fired { get; init; }
}
