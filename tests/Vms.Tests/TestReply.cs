namespace Granary.Vms.Tests;

/// <summary>A reply that a machine gave, and the names of the ports that go with it.</summary>
internal sealed record TestReply(byte[] Payload, IReadOnlyList<string> Ports);
