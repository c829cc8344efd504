namespace Granary.Stores;

/// <summary>Bounds of what a store keeps.</summary>
public static class StoreLimits
{
    /// <summary>Unnamed checkpoints at a commit that are kept for each kernel, besides the first and named
    /// ones.</summary>
    public const int HeadsKept = 8;
}
