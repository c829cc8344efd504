namespace Granary.Vms.Primea;

/// <summary>The bounds of a world that are not the kernel's own.</summary>
internal static class PrimeaLimits
{
    /// <summary>Counters, ticks and gas: what a double counts exactly, as in the original.</summary>
    public const long NumberMax = (1L << 53) - 1;

    /// <summary>Scripts in scripts.</summary>
    public const int ScriptDepthMax = 64;

    /// <summary>Lists and links in values.</summary>
    public const int ValueDepthMax = 32;

    /// <summary>Names of actors and modules, and labels of messages, in bytes of UTF-8.</summary>
    public const int NameBytesMax = 64;

    /// <summary>The text of an error that a script makes.</summary>
    public const int ErrorBytesMax = 1_024;

    /// <summary>Messages that wait, in one world.</summary>
    public const int QueueMessagesMax = 65_536;

    /// <summary>Actors, and modules, of one world.</summary>
    public const int ActorsMax = 1 << 18;

    /// <summary>Items of one actor's storage list.</summary>
    public const int StorageItemsMax = 65_536;

    /// <summary>Queued messages and loaded storage together: what a saved machine has to carry.</summary>
    public const long HeldBytesMax = 16L << 20;

    /// <summary>The events that a message to the world is answered with; what does not fit is counted.</summary>
    public const int LogBytesMax = 512 << 10;

    /// <summary>Earlier roots that can be gone back to; the oldest is forgotten first.</summary>
    public const int KeptRootsMax = 16;
}
