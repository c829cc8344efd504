using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Signs transactions of type 2 with the platform's ECDsa.</summary>
internal sealed class EvmTestSigner : IDisposable
{
    private static readonly BigInteger _order = BigInteger.Parse(
        "0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", NumberStyles.AllowHexSpecifier,
        NumberFormatInfo.InvariantInfo);

    private readonly ECDsa _key;

    /// <summary>Always the same key, so that a world with its account has always the same root.</summary>
    public EvmTestSigner()
    {
        byte[] secret = new byte[32];
        secret.AsSpan().Fill(7);
        _key = ECDsa.Create(
            new ECParameters { Curve = ECCurve.CreateFromFriendlyName("secP256k1"), D = secret });
        ECParameters parameters = _key.ExportParameters(includePrivateParameters: false);
        Address = EvmAddress.FromWord(EvmKeccak.Hash([.. parameters.Q.X!, .. parameters.Q.Y!]));
    }

    public EvmAddress Address { get; }

    public void Dispose() => _key.Dispose();

    public byte[] Sign(
        ulong nonce, EvmAddress? to, EvmWord value, byte[] data, ulong gas = 1_000_000, ulong chainId = 1337,
        ulong fee = 10, bool highSignature = false, ulong tip = 0,
        params ReadOnlySpan<(EvmAddress Address, EvmWord[] Slots)> access)
    {
        ArrayBufferWriter<byte> items = new();
        EvmRlp.WriteNumber(items, chainId);
        EvmRlp.WriteNumber(items, nonce);
        EvmRlp.WriteNumber(items, Math.Min(tip, fee));
        EvmRlp.WriteNumber(items, fee);
        EvmRlp.WriteNumber(items, gas);
        EvmRlp.WriteString(items, to?.ToBytes() ?? []);
        EvmRlp.WriteNumber(items, value);
        EvmRlp.WriteString(items, data);
        EvmRlp.WriteList(items, AccessList(access));
        EvmWord hash = EvmKeccak.Hash(Typed(items.WrittenSpan));
        byte[] signature = _key.SignHash(hash.ToBytes());
        EvmWord r = EvmWord.FromBytes(signature.AsSpan(0, 32));
        BigInteger number = new(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        if (number > _order / 2 != highSignature)
        {
            number = _order - number;
        }
        EvmWord s = EvmWord.FromBytes(number.ToByteArray(isUnsigned: true, isBigEndian: true));
        int parity = EvmSecp256k1.TryRecover(hash, 0, r, s, out EvmAddress address) && address == Address ? 0 : 1;
        EvmRlp.WriteNumber(items, (ulong)parity);
        EvmRlp.WriteNumber(items, r);
        EvmRlp.WriteNumber(items, s);
        return Typed(items.WrittenSpan);
    }

    private static byte[] AccessList(ReadOnlySpan<(EvmAddress Address, EvmWord[] Slots)> access)
    {
        ArrayBufferWriter<byte> output = new();
        foreach ((EvmAddress address, EvmWord[] slots) in access)
        {
            ArrayBufferWriter<byte> keys = new();
            foreach (EvmWord slot in slots)
            {
                EvmRlp.WriteHash(keys, slot);
            }
            ArrayBufferWriter<byte> entry = new();
            EvmRlp.WriteAddress(entry, address);
            EvmRlp.WriteList(entry, keys.WrittenSpan);
            EvmRlp.WriteList(output, entry.WrittenSpan);
        }
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Typed(ReadOnlySpan<byte> items)
    {
        ArrayBufferWriter<byte> output = new();
        output.Write<byte>([EvmTransaction.TypeDynamicFee]);
        EvmRlp.WriteList(output, items);
        return output.WrittenSpan.ToArray();
    }
}
