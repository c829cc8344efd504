namespace Granary.Vms.Tests.Script;

/// <summary>A conformance case; the fields are described in tests/vectors/script/README.md.</summary>
public sealed record ScriptVector
{
    public required string Name { get; init; }

    public required IReadOnlyList<string> Source { get; init; }

    public string Entry { get; init; } = "";

    public string Payload { get; init; } = "";

    public string Sender { get; init; } = "";

    public long? MessageGas { get; init; }

    /// <summary>How often the payload stands in the message: large ones without large files.</summary>
    public int PayloadTimes { get; init; } = 1;

    /// <summary>False: the message is no call, so there is nobody to reply to.</summary>
    public bool Call { get; init; } = true;

    public SortedDictionary<string, string> Data { get; init; } = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>Where the ports lead that come with the message.</summary>
    public IReadOnlyList<string> Arrived { get; init; } = [];

    /// <summary>How often the timer fired that the message comes from.</summary>
    public long Fired { get; init; }

    public IReadOnlyList<ScriptAnswer> Answers { get; init; } = [];

    public required ScriptOutcome Expect { get; init; }

    public override string ToString() => Name;
}
