namespace Granary.Vms.Nock;

/// <summary>A host call ended the message: out of gas, or over a limit.</summary>
internal sealed class NockHostException(TrapKind kind) : Exception
{
    public TrapKind Kind { get; } = kind;
}
