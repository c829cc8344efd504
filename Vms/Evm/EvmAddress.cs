namespace Granary.Vms.Evm;

/// <summary>The 20 bytes that name an account.</summary>
internal readonly record struct EvmAddress(ulong Low, ulong Middle, uint High)
{
    public const int Bytes = 20;

    /// <summary>The address of a precompiled contract.</summary>
    public EvmAddress(ulong low) : this(low, 0, 0)
    {
    }

    /// <summary>The low 160 bits of a word; what is above is ignored, as the instructions do.</summary>
    public static EvmAddress FromWord(in EvmWord word) => new(word.U0, word.U1, (uint)word.U2);

    /// <param name="bytes">20 bytes.</param>
    public static EvmAddress FromBytes(ReadOnlySpan<byte> bytes) => FromWord(EvmWord.FromBytes(bytes[..Bytes]));

    public EvmWord ToWord() => new(Low, Middle, High, 0);

    public void WriteTo(Span<byte> target) => ToWord().WriteTo(target[..Bytes]);

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Bytes];
        WriteTo(bytes);
        return bytes;
    }

    public override string ToString() => "0x" + Convert.ToHexStringLower(ToBytes());
}
