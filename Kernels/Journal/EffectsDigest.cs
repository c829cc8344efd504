namespace Granary.Kernels;

/// <summary>What kind of effect a digest takes in. Numbers never change.</summary>
internal enum EffectTag : byte
{
    Message = 1,
    Reply = 2,
    Topic = 3,
    Emit = 4,
    Print = 5,
    Log = 6,
    PortOpened = 7,
    PortRevoked = 8,
    TimerSet = 9,
    TimerCleared = 10,
    ReplyPort = 11,
}

/// <summary>
/// Commits to what a turn let out, in order: digest(n) = SHA-256(digest(n-1) ‖ tag ‖ SHA-256(content)). One value at
/// any time, so that a half-done turn can be stored and continued.
/// </summary>
internal static class EffectsDigest
{
    public static Hash Add(in Hash digest, EffectTag tag, ReadOnlySpan<byte> content)
    {
        Span<byte> input = stackalloc byte[Hash.Bytes + 1 + Hash.Bytes];
        digest.Span.CopyTo(input);
        input[Hash.Bytes] = (byte)tag;
        Sha256.Hash(content, input[(Hash.Bytes + 1)..]);
        return Hash.Of(input);
    }
}
