using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Granary.Vms.Tests.Script;

/// <summary>Everything that can be seen of a run; also what a vector expects.</summary>
public sealed record ScriptOutcome
{
    /// <summary><c>halted</c>, <c>reverted</c>, <c>trapped</c>, or <c>suspended</c> for want of answers.</summary>
    public required string Exit { get; init; }

    public string? Output { get; init; }

    public string? Trap { get; init; }

    public string? Site { get; init; }

    public long Gas { get; init; }

    public IReadOnlyList<string>? Requests { get; init; }

    public IReadOnlyList<string>? Prints { get; init; }

    public IReadOnlyList<string>? Logs { get; init; }

    /// <summary>As <c>port entry payload gas</c>, and what else there is behind it.</summary>
    public IReadOnlyList<string>? Sends { get; init; }

    public IReadOnlyList<string>? Replies { get; init; }

    public IReadOnlyList<string>? Emits { get; init; }

    /// <summary>The ports held, each with where it leads, when they are not those from before.</summary>
    public IReadOnlyList<string>? Ports { get; init; }

    public IReadOnlyList<string>? Timers { get; init; }

    public SortedDictionary<string, string>? Data { get; init; }

    /// <summary>The saved machine in hexadecimal, when it is suspended.</summary>
    public string? State { get; init; }

    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>One text for all fields, so that outcomes can be compared and shown.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, Json);
}
