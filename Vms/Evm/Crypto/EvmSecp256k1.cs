namespace Granary.Vms.Evm;

/// <summary>Finds who signed. The platform's ECDsa verifies but does not recover keys.</summary>
internal static class EvmSecp256k1
{
    private static readonly EvmWord _order = Order.Prime;

    private static readonly EvmPoint<EvmResidue<Field>> _generator = EvmPoint<EvmResidue<Field>>.Affine(
        EvmResidue<Field>.From(
            new(0x59F2815B16F81798, 0x029BFCDB2DCE28D9, 0x55A06295CE870B07, 0x79BE667EF9DCBBAC)),
        EvmResidue<Field>.From(
            new(0x9C47D08FFB10D4B8, 0xFD17B448A6855419, 0x5DA4FBFC0E1108A8, 0x483ADA7726A3C465)));

    /// <summary>The address of the key whose signature this is (SEC 1, 4.1.6); false when there is none.</summary>
    /// <param name="parity">0 or 1: whether the y of the signature's point is odd.</param>
    public static bool TryRecover(in EvmWord hash, int parity, in EvmWord r, in EvmWord s, out EvmAddress address)
    {
        address = default;
        if (r.IsZero || s.IsZero || r >= _order || s >= _order)
        {
            return false;
        }
        EvmResidue<Field> x = EvmResidue<Field>.From(r);
        EvmResidue<Field> square = (x * x * x) + EvmResidue<Field>.From(7);
        // The prime is 3 modulo 4.
        EvmResidue<Field> y = square.Power(EvmBits.ShiftRight(2, Field.Prime + EvmWord.One));
        if (!EvmResidue<Field>.AreEqual(y * y, square))
        {
            return false;
        }
        if ((int)(y.ToWord().U0 & 1) != parity)
        {
            y = EvmResidue<Field>.Zero - y;
        }
        EvmResidue<Order> inverse = EvmResidue<Order>.Invert(EvmResidue<Order>.From(r));
        EvmWord reduced = hash >= _order ? hash - _order : hash;
        EvmWord a = (EvmResidue<Order>.Zero - (EvmResidue<Order>.From(reduced) * inverse)).ToWord();
        EvmWord b = (EvmResidue<Order>.From(s) * inverse).ToWord();
        EvmPoint<EvmResidue<Field>> key =
            EvmCurve.MultiplyTwo(_generator, a, EvmPoint<EvmResidue<Field>>.Affine(x, y), b);
        if (key.IsInfinity)
        {
            return false;
        }
        (x, y) = key.ToAffine();
        Span<byte> bytes = stackalloc byte[2 * EvmWord.Bytes];
        x.ToWord().WriteTo(bytes[..EvmWord.Bytes]);
        y.ToWord().WriteTo(bytes[EvmWord.Bytes..]);
        address = EvmAddress.FromWord(EvmKeccak.Hash(bytes));
        return true;
    }

    private readonly struct Field : IEvmModulus
    {
        public static EvmWord Prime =>
            new(0xFFFFFFFEFFFFFC2F, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF);

        public static ulong NegativeInverse { get; } = EvmModulus.NegativeInverse(Prime.U0);

        public static EvmWord Square { get; } = EvmModulus.Square(Prime);
    }

    private readonly struct Order : IEvmModulus
    {
        public static EvmWord Prime =>
            new(0xBFD25E8CD0364141, 0xBAAEDCE6AF48A03B, 0xFFFFFFFFFFFFFFFE, 0xFFFFFFFFFFFFFFFF);

        public static ulong NegativeInverse { get; } = EvmModulus.NegativeInverse(Prime.U0);

        public static EvmWord Square { get; } = EvmModulus.Square(Prime);
    }
}
