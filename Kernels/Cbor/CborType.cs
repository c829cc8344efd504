namespace Granary.Kernels;

/// <summary>What the next item of a <see cref="CborReader"/> is.</summary>
public enum CborType
{
    /// <summary>Nothing is left.</summary>
    End,
    UnsignedInteger,
    NegativeInteger,
    Bytes,
    Text,
    Array,
    Tag,
    Bool,
    Null,
    Undefined,
}
