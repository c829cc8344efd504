namespace Granary.Vms.Evm;

/// <summary>Keccak-f[1600], the permutation of Keccak-256 (FIPS 202, section 3.3), over either kind of lane.</summary>
internal static class EvmKeccakRounds
{
    public const int Lanes = 25;

    private static readonly ulong[] _constants =
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B,
        0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088,
        0x0000000080008009, 0x000000008000000A, 0x000000008000808B, 0x800000000000008B, 0x8000000000008089,
        0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>24 rounds. The lanes are locals, and a second round takes them back to where they were.</summary>
    /// <remarks>
    /// A loop over lanes is several times slower, and a loop of single rounds, which moves every lane, a third.
    /// </remarks>
    public static void Permute<TLane, TOps>(Span<ulong> state)
        where TOps : IEvmKeccakLane<TLane>
    {
        Span<ulong> s = state[..Lanes];
        TLane a0 = TOps.Of(s[0]), a1 = TOps.Of(s[1]), a2 = TOps.Of(s[2]), a3 = TOps.Of(s[3]);
        TLane a4 = TOps.Of(s[4]), a5 = TOps.Of(s[5]), a6 = TOps.Of(s[6]), a7 = TOps.Of(s[7]);
        TLane a8 = TOps.Of(s[8]), a9 = TOps.Of(s[9]), a10 = TOps.Of(s[10]), a11 = TOps.Of(s[11]);
        TLane a12 = TOps.Of(s[12]), a13 = TOps.Of(s[13]), a14 = TOps.Of(s[14]), a15 = TOps.Of(s[15]);
        TLane a16 = TOps.Of(s[16]), a17 = TOps.Of(s[17]), a18 = TOps.Of(s[18]), a19 = TOps.Of(s[19]);
        TLane a20 = TOps.Of(s[20]), a21 = TOps.Of(s[21]), a22 = TOps.Of(s[22]), a23 = TOps.Of(s[23]);
        TLane a24 = TOps.Of(s[24]);
        TLane e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12;
        TLane e13, e14, e15, e16, e17, e18, e19, e20, e21, e22, e23, e24;
        TLane b0, b1, b2, b3, b4, c0, c1, c2, c3, c4, d0, d1, d2, d3, d4;
        ReadOnlySpan<ulong> constants = _constants;
        for (int round = 0; round < constants.Length; round += 2)
        {
            // Theta: the parity of two columns goes into every lane.
            c0 = TOps.Xor(TOps.Xor(a0, a5, a10), a15, a20);
            c1 = TOps.Xor(TOps.Xor(a1, a6, a11), a16, a21);
            c2 = TOps.Xor(TOps.Xor(a2, a7, a12), a17, a22);
            c3 = TOps.Xor(TOps.Xor(a3, a8, a13), a18, a23);
            c4 = TOps.Xor(TOps.Xor(a4, a9, a14), a19, a24);
            d0 = TOps.Xor(c4, TOps.RotateLeft(c1, 1));
            d1 = TOps.Xor(c0, TOps.RotateLeft(c2, 1));
            d2 = TOps.Xor(c1, TOps.RotateLeft(c3, 1));
            d3 = TOps.Xor(c2, TOps.RotateLeft(c4, 1));
            d4 = TOps.Xor(c3, TOps.RotateLeft(c0, 1));
            // Rho and pi: the lane at x + 5y goes to y + 5(2x + 3y), turned. Chi on five of them; iota on the first.
            b0 = TOps.Xor(a0, d0);
            b1 = TOps.RotateLeft(TOps.Xor(a6, d1), 44);
            b2 = TOps.RotateLeft(TOps.Xor(a12, d2), 43);
            b3 = TOps.RotateLeft(TOps.Xor(a18, d3), 21);
            b4 = TOps.RotateLeft(TOps.Xor(a24, d4), 14);
            e0 = TOps.Xor(TOps.Chi(b0, b1, b2), TOps.Of(constants[round]));
            e1 = TOps.Chi(b1, b2, b3);
            e2 = TOps.Chi(b2, b3, b4);
            e3 = TOps.Chi(b3, b4, b0);
            e4 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Xor(a3, d3), 28);
            b1 = TOps.RotateLeft(TOps.Xor(a9, d4), 20);
            b2 = TOps.RotateLeft(TOps.Xor(a10, d0), 3);
            b3 = TOps.RotateLeft(TOps.Xor(a16, d1), 45);
            b4 = TOps.RotateLeft(TOps.Xor(a22, d2), 61);
            e5 = TOps.Chi(b0, b1, b2);
            e6 = TOps.Chi(b1, b2, b3);
            e7 = TOps.Chi(b2, b3, b4);
            e8 = TOps.Chi(b3, b4, b0);
            e9 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Xor(a1, d1), 1);
            b1 = TOps.RotateLeft(TOps.Xor(a7, d2), 6);
            b2 = TOps.RotateLeft(TOps.Xor(a13, d3), 25);
            b3 = TOps.RotateLeft(TOps.Xor(a19, d4), 8);
            b4 = TOps.RotateLeft(TOps.Xor(a20, d0), 18);
            e10 = TOps.Chi(b0, b1, b2);
            e11 = TOps.Chi(b1, b2, b3);
            e12 = TOps.Chi(b2, b3, b4);
            e13 = TOps.Chi(b3, b4, b0);
            e14 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Xor(a4, d4), 27);
            b1 = TOps.RotateLeft(TOps.Xor(a5, d0), 36);
            b2 = TOps.RotateLeft(TOps.Xor(a11, d1), 10);
            b3 = TOps.RotateLeft(TOps.Xor(a17, d2), 15);
            b4 = TOps.RotateLeft(TOps.Xor(a23, d3), 56);
            e15 = TOps.Chi(b0, b1, b2);
            e16 = TOps.Chi(b1, b2, b3);
            e17 = TOps.Chi(b2, b3, b4);
            e18 = TOps.Chi(b3, b4, b0);
            e19 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Xor(a2, d2), 62);
            b1 = TOps.RotateLeft(TOps.Xor(a8, d3), 55);
            b2 = TOps.RotateLeft(TOps.Xor(a14, d4), 39);
            b3 = TOps.RotateLeft(TOps.Xor(a15, d0), 41);
            b4 = TOps.RotateLeft(TOps.Xor(a21, d1), 2);
            e20 = TOps.Chi(b0, b1, b2);
            e21 = TOps.Chi(b1, b2, b3);
            e22 = TOps.Chi(b2, b3, b4);
            e23 = TOps.Chi(b3, b4, b0);
            e24 = TOps.Chi(b4, b0, b1);
            // The same once more, from e to a.
            c0 = TOps.Xor(TOps.Xor(e0, e5, e10), e15, e20);
            c1 = TOps.Xor(TOps.Xor(e1, e6, e11), e16, e21);
            c2 = TOps.Xor(TOps.Xor(e2, e7, e12), e17, e22);
            c3 = TOps.Xor(TOps.Xor(e3, e8, e13), e18, e23);
            c4 = TOps.Xor(TOps.Xor(e4, e9, e14), e19, e24);
            d0 = TOps.Xor(c4, TOps.RotateLeft(c1, 1));
            d1 = TOps.Xor(c0, TOps.RotateLeft(c2, 1));
            d2 = TOps.Xor(c1, TOps.RotateLeft(c3, 1));
            d3 = TOps.Xor(c2, TOps.RotateLeft(c4, 1));
            d4 = TOps.Xor(c3, TOps.RotateLeft(c0, 1));
            b0 = TOps.Xor(e0, d0);
            b1 = TOps.RotateLeft(TOps.Xor(e6, d1), 44);
            b2 = TOps.RotateLeft(TOps.Xor(e12, d2), 43);
            b3 = TOps.RotateLeft(TOps.Xor(e18, d3), 21);
            b4 = TOps.RotateLeft(TOps.Xor(e24, d4), 14);
            a0 = TOps.Xor(TOps.Chi(b0, b1, b2), TOps.Of(constants[round + 1]));
            a1 = TOps.Chi(b1, b2, b3);
            a2 = TOps.Chi(b2, b3, b4);
            a3 = TOps.Chi(b3, b4, b0);
            a4 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Xor(e3, d3), 28);
            b1 = TOps.RotateLeft(TOps.Xor(e9, d4), 20);
            b2 = TOps.RotateLeft(TOps.Xor(e10, d0), 3);
            b3 = TOps.RotateLeft(TOps.Xor(e16, d1), 45);
            b4 = TOps.RotateLeft(TOps.Xor(e22, d2), 61);
            a5 = TOps.Chi(b0, b1, b2);
            a6 = TOps.Chi(b1, b2, b3);
            a7 = TOps.Chi(b2, b3, b4);
            a8 = TOps.Chi(b3, b4, b0);
            a9 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Xor(e1, d1), 1);
            b1 = TOps.RotateLeft(TOps.Xor(e7, d2), 6);
            b2 = TOps.RotateLeft(TOps.Xor(e13, d3), 25);
            b3 = TOps.RotateLeft(TOps.Xor(e19, d4), 8);
            b4 = TOps.RotateLeft(TOps.Xor(e20, d0), 18);
            a10 = TOps.Chi(b0, b1, b2);
            a11 = TOps.Chi(b1, b2, b3);
            a12 = TOps.Chi(b2, b3, b4);
            a13 = TOps.Chi(b3, b4, b0);
            a14 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Xor(e4, d4), 27);
            b1 = TOps.RotateLeft(TOps.Xor(e5, d0), 36);
            b2 = TOps.RotateLeft(TOps.Xor(e11, d1), 10);
            b3 = TOps.RotateLeft(TOps.Xor(e17, d2), 15);
            b4 = TOps.RotateLeft(TOps.Xor(e23, d3), 56);
            a15 = TOps.Chi(b0, b1, b2);
            a16 = TOps.Chi(b1, b2, b3);
            a17 = TOps.Chi(b2, b3, b4);
            a18 = TOps.Chi(b3, b4, b0);
            a19 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Xor(e2, d2), 62);
            b1 = TOps.RotateLeft(TOps.Xor(e8, d3), 55);
            b2 = TOps.RotateLeft(TOps.Xor(e14, d4), 39);
            b3 = TOps.RotateLeft(TOps.Xor(e15, d0), 41);
            b4 = TOps.RotateLeft(TOps.Xor(e21, d1), 2);
            a20 = TOps.Chi(b0, b1, b2);
            a21 = TOps.Chi(b1, b2, b3);
            a22 = TOps.Chi(b2, b3, b4);
            a23 = TOps.Chi(b3, b4, b0);
            a24 = TOps.Chi(b4, b0, b1);
        }
        (s[0], s[1], s[2], s[3], s[4]) =
            (TOps.Value(a0), TOps.Value(a1), TOps.Value(a2), TOps.Value(a3), TOps.Value(a4));
        (s[5], s[6], s[7], s[8], s[9]) =
            (TOps.Value(a5), TOps.Value(a6), TOps.Value(a7), TOps.Value(a8), TOps.Value(a9));
        (s[10], s[11], s[12], s[13], s[14]) =
            (TOps.Value(a10), TOps.Value(a11), TOps.Value(a12), TOps.Value(a13), TOps.Value(a14));
        (s[15], s[16], s[17], s[18], s[19]) =
            (TOps.Value(a15), TOps.Value(a16), TOps.Value(a17), TOps.Value(a18), TOps.Value(a19));
        (s[20], s[21], s[22], s[23], s[24]) =
            (TOps.Value(a20), TOps.Value(a21), TOps.Value(a22), TOps.Value(a23), TOps.Value(a24));
    }
}
