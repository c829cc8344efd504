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

    private readonly ECDsa _key = ECDsa.Create(ECCurve.CreateFromFriendlyName("secP256k1"));

    public EvmTestSigner()
    {
        ECParameters parameters = _key.ExportParameters(includePrivateParameters: false);
        Address = EvmAddress.FromWord(EvmKeccak.Hash([.. parameters.Q.X!, .. parameters.Q.Y!]));
    }

    public EvmAddress Address { get; }

    public void Dispose() => _key.Dispose();

    public byte[] Sign(
        ulong nonce, EvmAddress? to, EvmWord value, byte[] data, ulong gas = 1_000_000, ulong chainId = 1337,
        ulong fee = 10, bool highSignature = false)
    {
        ArrayBufferWriter<byte> items = new();
        EvmRlp.WriteNumber(items, chainId);
        EvmRlp.WriteNumber(items, nonce);
        EvmRlp.WriteNumber(items, EvmWord.Zero);
        EvmRlp.WriteNumber(items, fee);
        EvmRlp.WriteNumber(items, gas);
        EvmRlp.WriteString(items, to?.ToBytes() ?? []);
        EvmRlp.WriteNumber(items, value);
        EvmRlp.WriteString(items, data);
        EvmRlp.WriteList(items, []);
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

    private static byte[] Typed(ReadOnlySpan<byte> items)
    {
        ArrayBufferWriter<byte> output = new();
        output.Write<byte>([EvmTransaction.TypeDynamicFee]);
        EvmRlp.WriteList(output, items);
        return output.WrittenSpan.ToArray();
    }
}
