namespace Granary.Vms.Primea;

/// <summary>
/// Ends the message from the depth of an update; caught by the interpreter alone, which knows the place. An exception,
/// because a trap is the last thing that a machine does, and the tree and the block store stay readable without it.
/// </summary>
internal sealed class PrimeaTrapException(TrapKind kind, string what) : Exception(what)
{
    public TrapKind Kind { get; } = kind;
}
