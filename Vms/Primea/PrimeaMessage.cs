namespace Granary.Vms.Primea;

/// <summary>A message that waits, or is being handled.</summary>
internal sealed class PrimeaMessage
{
    /// <summary>What a message takes of a world's room beside its body.</summary>
    private const int FixedBytes = 128;

    /// <summary>True: to the driver, which hands the body to the host.</summary>
    public required bool Egress { get; init; }

    public required PrimeaHash To { get; init; }

    /// <summary>All zero: the host.</summary>
    public required PrimeaHash From { get; init; }

    public required long FromTicks { get; init; }

    /// <summary>The gas in the function reference: what the receiver may charge.</summary>
    public required long Gas { get; init; }

    public required string Label { get; init; }

    /// <summary>A checked script, or the data for the driver.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The order of arrival.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>Left of the gas; below zero when it did not do.</summary>
    public long GasLeft { get; set; }

    public long HeldBytes => FixedBytes + Body.Length;

    public PrimeaPlace Place => new(FromTicks, From, Sequence);
}

/// <summary>A place in the one order of all messages: ticks, then the sender's id, then arrival.</summary>
internal readonly record struct PrimeaPlace(long FromTicks, PrimeaHash From, ulong Sequence) : IComparable<PrimeaPlace>
{
    public int CompareTo(PrimeaPlace other)
    {
        int order = FromTicks.CompareTo(other.FromTicks);
        if (order == 0)
        {
            order = From.CompareTo(other.From);
        }
        return order != 0 ? order : Sequence.CompareTo(other.Sequence);
    }
}
