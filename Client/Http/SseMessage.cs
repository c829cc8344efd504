namespace Granary.Client;

/// <summary>One server-sent event.</summary>
internal sealed record SseMessage(string Id, ReadOnlyMemory<byte> Data);
