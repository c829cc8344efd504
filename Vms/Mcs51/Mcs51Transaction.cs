namespace Granary.Vms.Mcs51;

/// <summary>A transaction of the chain that the message tells of.</summary>
internal sealed record Mcs51ChainTransaction(int Height, byte[] From, byte[] Data);

/// <summary>The message to a contract: the transaction, and what of the chain it may ask for.</summary>
internal sealed record Mcs51Transaction
{
    public const int AccountBytes = 6;
    public const int AddressBytes = 34;
    public const int KeyBytes = 33;
    public const int HashBytes = 32;

    /// <summary>No contract runs longer.</summary>
    public const long StepsMax = 12_000_000;

    /// <summary>The part of a fee that buys no steps.</summary>
    public const ulong FeeMin = 10_000;

    public const int DataBytesMax = Mcs51Layout.BufferBytes - 1;

    /// <summary>What the contract gets at its start; fewer than 4,096 bytes.</summary>
    public byte[] Data { get; init; } = [];

    /// <summary>Who pays; null when nobody does.</summary>
    public byte[]? From { get; init; }

    public byte[] Hash { get; init; } = new byte[HashBytes];

    public int Height { get; init; }

    public ulong Value { get; init; }

    public ulong Fee { get; init; }

    /// <summary>The price of a hundred steps; 0 when steps are not bought.</summary>
    public ulong Rate { get; init; }

    public long StepLimit { get; init; } = StepsMax;

    public IReadOnlyDictionary<int, byte[]> Blocks { get; init; } = new Dictionary<int, byte[]>();

    /// <summary>By hash, in hexadecimal.</summary>
    public IReadOnlyDictionary<string, Mcs51ChainTransaction> Transactions { get; init; } =
        new Dictionary<string, Mcs51ChainTransaction>(StringComparer.Ordinal);

    /// <summary>Stored values of other contracts: by their id and key, in hexadecimal with a colon between.</summary>
    public IReadOnlyDictionary<string, byte[]> Foreign { get; init; } =
        new Dictionary<string, byte[]>(StringComparer.Ordinal);
}
