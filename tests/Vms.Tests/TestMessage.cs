namespace Granary.Vms.Tests;

/// <summary>A message that a machine sent; <paramref name="CallId"/> is 0 when no reply is expected.</summary>
internal sealed record TestMessage(string Port, string Entry, byte[] Payload, long Gas, ulong CallId)
{
    public long? Timeout { get; init; }

    public IReadOnlyList<string> Ports { get; init; } = [];
}
