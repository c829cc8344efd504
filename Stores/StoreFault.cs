namespace Granary.Stores;

public enum StoreFault
{
    /// <summary>Any other error of the medium.</summary>
    Failed,
    ReadOnly,

    /// <summary>Another process has it.</summary>
    Locked,
    Corrupt,
    Full,

    /// <summary>Written by a newer version of Granary.</summary>
    TooNew,

    /// <summary>No server answers there, or it does not let us in.</summary>
    Unreachable,

    /// <summary>The database has no tables of Granary, or those of an older version.</summary>
    NotMigrated,
}
