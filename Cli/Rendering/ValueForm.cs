namespace Granary.Cli;

/// <summary>How values of the state tree are shown.</summary>
internal enum ValueForm
{
    /// <summary>The kernel's own records as CBOR; what programs store as text, or a number, or hex.</summary>
    Auto,
    Text,
    Hex,
    Cbor,

    /// <summary>Up to 8 bytes as an unsigned number, the lowest byte first.</summary>
    Int,
}
