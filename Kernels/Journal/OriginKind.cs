namespace Granary.Kernels;

/// <summary>Stored: numbers never change.</summary>
public enum OriginKind : byte
{
    Fork = 1,
    Import = 2,
}
