namespace Granary.Vms;

/// <summary>
/// Counts gas against two limits. The <i>message</i> limit is exact: what it does not cover is not done, and the
/// machine traps with <see cref="TrapKind.OutOfGas"/>. The <i>slice</i> limit only asks the machine to pause: an
/// instruction may begin while any of the slice is left, so that one of any cost gets done and cutting a run never
/// changes it.
/// </summary>
public struct GasMeter(long sliceGas, long messageGas)
{
    /// <summary>A message limit that no run reaches.</summary>
    public const long Unlimited = long.MaxValue;

    private readonly long _sliceGas = sliceGas;

    /// <summary>Left of the slice; zero or below at its end.</summary>
    public long SliceLeft { get; private set; } = sliceGas;

    /// <summary>Left of the message; never below zero.</summary>
    public long MessageLeft { get; private set; } = messageGas;

    /// <summary>True when the machine should pause at the next safe point.</summary>
    public readonly bool SliceOver => SliceLeft <= 0;

    /// <summary>Gas taken by this meter since it was made.</summary>
    public readonly long Used => _sliceGas - SliceLeft;

    /// <summary>
    /// Gas that an interpreter may spend from a local counter before it asks again: run while the counter covers the
    /// next instruction, then <see cref="Settle"/> what was spent.
    /// </summary>
    public readonly long Allowance => Math.Max(0, Math.Min(SliceLeft, MessageLeft));

    /// <summary>Charges exactly, or not at all when the message does not cover it.</summary>
    public bool TryCharge(long cost)
    {
        if (cost > MessageLeft)
        {
            return false;
        }
        Settle(cost);
        return true;
    }

    /// <summary>Takes gas that was spent out of an <see cref="Allowance"/>.</summary>
    public void Settle(long spent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(spent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(spent, MessageLeft);
        SliceLeft -= spent;
        MessageLeft -= spent;
    }
}
