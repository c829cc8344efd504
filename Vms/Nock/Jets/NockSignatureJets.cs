namespace Granary.Vms.Nock;

/// <summary>Ed25519, as the sixth layer of Anoma's library has it.</summary>
/// <remarks>
/// Keys, messages and signatures are rows of bytes, the first the lowest of an atom: zeros at their end are there where
/// the size is known and are not where it is not.
/// </remarks>
internal static class NockSignatureJets
{
    public static IReadOnlyList<NockJet> All { get; } =
    [
        new NockNounJet("verify", 100, Verify),
        new NockNounJet("sign", 100, (Noun sample, ref NockJetCall call) =>
            Sign(sample, ref call) is var (message, signature) && call.Bits(message.BitLength + 512)
                ? Atom.FromBytes([.. signature, .. message.ToBytes()])
                : null),
        new NockNounJet("verify-detached", 100, VerifyDetached),
        new NockNounJet("sign-detached", 100, (Noun sample, ref NockJetCall call) =>
            Sign(sample, ref call) is var (_, signature) ? Atom.FromBytes(signature) : null),
    ];

    /// <summary>The sample is a message behind its signature, and a public key; the product 0 and the message, or 0.
    /// </summary>
    private static Noun? Verify(Noun sample, ref NockJetCall call)
    {
        if (sample is not Cell { Head: Atom signed, Tail: Atom key })
        {
            return null;
        }
        if (signed.ByteLength < NockEd25519.SignatureBytes)
        {
            return Atom.Zero;
        }
        byte[] bytes = signed.ToBytes();
        ReadOnlySpan<byte> message = bytes.AsSpan(NockEd25519.SignatureBytes);
        if (!IsKey(key) || !Pay(message.Length, ref call))
        {
            return call.Left < 0 ? null : Atom.Zero;
        }
        return NockEd25519.Verify(
            Fixed(key, NockEd25519.PublicKeyBytes), message, bytes.AsSpan(0, NockEd25519.SignatureBytes))
            ? new Cell(Atom.Zero, Atom.FromBytes(message))
            : Atom.Zero;
    }

    /// <summary>The sample is a signature, a message and a public key.</summary>
    private static Atom? VerifyDetached(Noun sample, ref NockJetCall call)
    {
        if (sample is not Cell { Head: Atom signature, Tail: Cell { Head: Atom message, Tail: Atom key } })
        {
            return null;
        }
        if (signature.ByteLength > NockEd25519.SignatureBytes || !IsKey(key))
        {
            return Atom.One;
        }
        return Pay(message.ByteLength, ref call)
            ? Atom.Loobean(NockEd25519.Verify(
                Fixed(key, NockEd25519.PublicKeyBytes), message.ToBytes(),
                Fixed(signature, NockEd25519.SignatureBytes)))
            : null;
    }

    /// <summary>The sample is a message and a secret key.</summary>
    private static (Atom Message, byte[] Signature)? Sign(Noun sample, ref NockJetCall call) =>
        sample is Cell { Head: Atom message, Tail: Atom key } && key.ByteLength <= NockEd25519.SecretKeyBytes
        && Pay(message.ByteLength, ref call)
            ? (message, NockEd25519.Sign(Fixed(key, NockEd25519.SecretKeyBytes), message.ToBytes()))
            : null;

    private static bool IsKey(Atom key) => key.ByteLength <= NockEd25519.PublicKeyBytes;

    private static bool Pay(long messageBytes, ref NockJetCall call) =>
        call.Words((NockGas.Signature / NockGas.Word) + (2 * NockNounJets.ShaWords * ((messageBytes / 8) + 1)));

    private static byte[] Fixed(Atom atom, int size)
    {
        byte[] bytes = new byte[size];
        atom.CopyTo(bytes);
        return bytes;
    }
}
