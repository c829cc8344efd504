namespace Granary.Vms.Primea;

/// <summary>An actor that is loaded: from its first message of a run to the end of the run.</summary>
internal sealed class PrimeaActor
{
    /// <summary>What a loaded actor takes of a world's room beside its storage.</summary>
    public const int FixedBytes = 128;

    /// <summary>What an item takes of the room beside its content.</summary>
    public const int ItemBytes = 16;

    public required PrimeaHash Id { get; init; }

    public required ulong Type { get; init; }

    /// <summary>How much it has made.</summary>
    public required ulong Nonce { get; set; }

    /// <summary>Begins at zero with each run.</summary>
    public long Ticks { get; set; }

    public List<PrimeaItem> Storage { get; } = [];

    /// <summary>Of the items, without the head of the list.</summary>
    public long StorageBytes { get; set; }

    public bool StorageChanged { get; set; }

    public bool NonceChanged { get; set; }
}

/// <summary>One item of a storage list.</summary>
/// <param name="Content">CBOR.</param>
/// <param name="Owned">
/// True when the links in it are this item's own; false when they belong to the stored list that it came from.
/// </param>
internal readonly record struct PrimeaItem(byte[] Content, bool Owned);
