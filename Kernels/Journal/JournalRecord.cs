namespace Granary.Kernels;

/// <summary>
/// One entry of a kernel's journal as it is stored: its place (1, 2, 3 ...), its bytes, and the hash chain up to and
/// with it, chain(n) = SHA-256(chain(n-1) ‖ bytes(n)), chain(0) = 32 zero bytes.
/// </summary>
public readonly record struct JournalRecord(ulong Position, ReadOnlyMemory<byte> Bytes, Hash Chain)
{
    /// <summary>The chain that follows <paramref name="before"/> with one more entry.</summary>
    public static Hash ChainAfter(in Hash before, ReadOnlySpan<byte> bytes)
    {
        const int onStackMax = 480;
        int length = Hash.Bytes + bytes.Length;
        Span<byte> input = length <= onStackMax ? stackalloc byte[onStackMax] : new byte[length];
        before.Span.CopyTo(input);
        bytes.CopyTo(input[Hash.Bytes..]);
        Span<byte> hash = stackalloc byte[Hash.Bytes];
        Sha256.Hash(input[..length], hash);
        return new Hash(hash);
    }
}
