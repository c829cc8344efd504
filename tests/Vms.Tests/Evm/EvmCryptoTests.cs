using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text.Json;
using Granary.Tests;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Own cryptography beside others: the npm packages of noble, recorded, and the platform's ECDsa.</summary>
public sealed class EvmCryptoTests
{
    private static readonly JsonElement _recorded = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(VectorFolders.RepositoryRoot(), "tests", "vectors", "evm", "crypto.json")))
        .RootElement;

    [Fact]
    public void Hashes_are_those_that_noble_computes()
    {
        foreach (JsonElement pair in _recorded.GetProperty("keccak").EnumerateArray())
        {
            Assert.Equal(
                EvmVectorPack.Bytes(pair[1].GetString()!),
                EvmKeccak.Hash(EvmVectorPack.Bytes(pair[0].GetString()!)).ToBytes());
        }
        foreach (JsonElement pair in _recorded.GetProperty("ripemd160").EnumerateArray())
        {
            byte[] hash = new byte[EvmRipemd160.HashBytes];
            EvmRipemd160.Hash(EvmVectorPack.Bytes(pair[0].GetString()!), hash);
            Assert.Equal(EvmVectorPack.Bytes(pair[1].GetString()!), hash);
        }
    }

    [Fact]
    public void Keccak_permutes_alike_in_words_and_in_vectors()
    {
        ulong[] words = new ulong[EvmKeccakRounds.Lanes];
        EvmKeccakRounds.Permute<ulong, EvmKeccakWord>(words);
        // Of zeros, as the Keccak team's intermediate values have it.
        Assert.Equal(0xF1258F7940E1DDE7UL, words[0]);
        ulong[] vectors = [.. words];
        for (int i = 0; i < 100; i++)
        {
            EvmKeccakRounds.Permute<ulong, EvmKeccakWord>(words);
            // Elsewhere words are all there is.
            if (EvmKeccakVector.IsSupported)
            {
                EvmKeccakRounds.Permute<Vector128<ulong>, EvmKeccakVector>(vectors);
                Assert.Equal(words, vectors);
            }
        }
    }

    [Fact]
    public void Signers_are_found_that_noble_signed_as()
    {
        foreach (JsonElement test in _recorded.GetProperty("recover").EnumerateArray())
        {
            Assert.True(EvmSecp256k1.TryRecover(
                EvmVectorPack.Word(test, "hash"), test.GetProperty("parity").GetInt32(),
                EvmVectorPack.Word(test, "r"), EvmVectorPack.Word(test, "s"), out EvmAddress address));
            Assert.Equal(test.GetProperty("address").GetString(), address.ToString());
        }
    }

    [Fact]
    public void Signers_are_found_that_the_platform_signed_as()
    {
        for (int i = 0; i < 20; i++)
        {
            using ECDsa key = ECDsa.Create(ECCurve.CreateFromFriendlyName("secP256k1"));
            ECParameters parameters = key.ExportParameters(includePrivateParameters: false);
            byte[] expected = EvmKeccak.Hash([.. parameters.Q.X!, .. parameters.Q.Y!]).ToBytes()[12..];
            byte[] hash = SHA256.HashData([(byte)i]);
            byte[] signature = key.SignHash(hash);
            // One of both parities is the key's.
            string[] found = [.. new[] { 0, 1 }.Select(parity => EvmSecp256k1.TryRecover(
                EvmWord.FromBytes(hash), parity, EvmWord.FromBytes(signature.AsSpan(0, 32)),
                EvmWord.FromBytes(signature.AsSpan(32)), out EvmAddress address) ? address.ToString() : "")];
            Assert.Contains(EvmAddress.FromBytes(expected).ToString(), found);
        }
    }
}
