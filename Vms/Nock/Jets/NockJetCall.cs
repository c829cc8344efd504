namespace Granary.Vms.Nock;

/// <summary>What a jet may spend: it asks before it works.</summary>
internal struct NockJetCall(long work, NockLimits limits)
{
    private long _work = work;

    /// <summary>Work left, in gas; below zero when it was not enough.</summary>
    public readonly long Left => _work;

    /// <summary>A result would be over the limit of an atom.</summary>
    public bool TooLarge { get; private set; }

    /// <summary>The jet leaves this call to the code.</summary>
    public bool Declined { get; private set; }

    /// <summary>Units of memory that the product takes beyond what it shares with the sample; null when it shares
    /// nothing, and is counted whole.</summary>
    public long? Units { get; private set; }

    public NockLimits Limits { get; } = limits;

    /// <summary>The product is of the sample's parts and of so many cells that were made for it.</summary>
    public void Made(int cells) => Units = (Units ?? 0) + (cells * NockLimits.CellUnits);

    public void Decline() => Declined = true;

    /// <summary>Pays for so many words of 64 bits; false when that cannot be, and the jet gives up.</summary>
    public bool Words(long count)
    {
        _work -= count * NockGas.Word;
        return _work >= 0;
    }

    /// <summary>As <see cref="Words"/>, for a result of so many bits.</summary>
    public bool Bits(long count)
    {
        TooLarge |= count / 8 > Limits.AtomBytesMax;
        return !TooLarge && Words((count / 64) + 1);
    }

    /// <summary>Work that something else counts, in nouns.</summary>
    public readonly long Nouns => _work / NockGas.Noun;

    /// <summary>Takes what is left of <see cref="Nouns"/>; below zero when it was not enough.</summary>
    public void TakeNouns(long left) => _work = left < 0 ? -1 : _work - ((Nouns - left) * NockGas.Noun);
}
