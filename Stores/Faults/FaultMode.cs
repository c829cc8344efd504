namespace Granary.Stores;

/// <summary>What goes wrong at a write.</summary>
public enum FaultMode
{
    /// <summary>Power is lost before the write: nothing of it is stored.</summary>
    CrashBefore,

    /// <summary>Power is lost after the write: all of it is stored, and nobody was told.</summary>
    CrashAfter,

    /// <summary>
    /// Power is lost during the write. A transaction is stored whole or not at all, so a torn one is lost; with it goes
    /// code that was put since the last transaction. That is more than the stores promise (they flush code as well):
    /// who survives this relies on code only once a kernel that runs it is stored.
    /// </summary>
    CrashTorn,

    /// <summary>The medium refuses with a <see cref="StoreException"/>: nothing of it is stored, and work goes
    /// on.</summary>
    Fail,
}
