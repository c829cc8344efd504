namespace Granary.Stores;

/// <summary>Who else may open the database while a store has it open.</summary>
public enum PostgresUse
{
    /// <summary>Other stores that share it too: the silos of a cluster.</summary>
    Shared,

    /// <summary>Nobody: an embedded node, which thinks that kernels which it did not load are nobody's.</summary>
    Exclusive,
}
