namespace Granary.Vms;

/// <summary>A message as the machine sees it.</summary>
/// <param name="Name">The entry point; empty means the program's first.</param>
/// <param name="Payload">The content; at most <see cref="VmLimits.PayloadBytesMax"/> bytes.</param>
/// <param name="Sender">The id of the kernel that sent it; empty for a client.</param>
public readonly record struct VmEntry(string Name, ReadOnlyMemory<byte> Payload, string Sender);
