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

    public NockLimits Limits { get; } = limits;

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
