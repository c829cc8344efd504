namespace Granary.Vms.Evm;

/// <summary>Code that can run: its bytes, and where one may jump to. Immutable.</summary>
internal sealed class EvmCode
{
    /// <summary>Zeros behind the code: the longest immediate, and the STOP that ends every code.</summary>
    private const int PaddingBytes = EvmWord.Bytes + 1;

    private readonly ulong[] _jumpDestinations;

    public EvmCode(ReadOnlySpan<byte> bytes, in EvmWord hash)
    {
        Length = bytes.Length;
        Hash = hash;
        Padded = new byte[bytes.Length + PaddingBytes];
        bytes.CopyTo(Padded);
        _jumpDestinations = FindJumpDestinations(bytes);
    }

    public static EvmCode Empty { get; } = new([], EvmKeccak.OfNothing);

    /// <summary>The code and zeros, so that the loop need not ask where the code ends.</summary>
    public byte[] Padded { get; }

    public int Length { get; }

    /// <summary>Keccak of the code.</summary>
    public EvmWord Hash { get; }

    public ReadOnlySpan<byte> Bytes => Padded.AsSpan(0, Length);

    public bool IsJumpDestination(in EvmWord target) =>
        target.IsUInt64 && target.U0 < (ulong)Length
        && ((_jumpDestinations[target.U0 >> 6] >> (int)(target.U0 & 63)) & 1) != 0;

    private static ulong[] FindJumpDestinations(ReadOnlySpan<byte> code)
    {
        ulong[] found = new ulong[(code.Length + 63) / 64];
        for (int pc = 0; pc < code.Length; pc++)
        {
            byte op = code[pc];
            if (op == (byte)EvmOp.JumpDest)
            {
                found[pc >> 6] |= 1UL << (pc & 63);
            }
            else if (op is >= (byte)EvmOp.Push1 and <= (byte)EvmOp.Push32)
            {
                pc += op - (byte)EvmOp.Push1 + 1;
            }
        }
        return found;
    }

}
