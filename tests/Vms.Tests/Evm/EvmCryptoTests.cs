using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text.Json;
using Granary.Tests;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Own cryptography beside others: what npm packages answered, recorded by peer/record.mjs, and the platform.
/// </summary>
public sealed class EvmCryptoTests
{
    private static readonly JsonElement _recorded = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(VectorFolders.RepositoryRoot(), "tests", "vectors", "evm", "crypto.json")))
        .RootElement;

    [Fact]
    public void Hashes_are_those_that_noble_and_edr_compute()
    {
        foreach (JsonElement pair in _recorded.GetProperty("keccak").EnumerateArray())
        {
            Assert.Equal(
                EvmVectorPack.Bytes(pair[1].GetString()!),
                EvmKeccak.Hash(EvmVectorPack.Bytes(pair[0].GetString()!)).ToBytes());
        }
    }

    /// <summary>Recovery, RIPEMD-160, powers, both curves and their pairings, BLAKE2b's compression.</summary>
    [Theory, InlineData(1), InlineData(3), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    [InlineData(10)]
    public void Precompiled_contracts_answer_as_two_others(int address)
    {
        JsonElement[] calls = [.. _recorded.GetProperty("calls").EnumerateArray()
            .Where(c => c.GetProperty("address").GetInt32() == address)];
        Assert.True(calls.Length >= 19 && calls.Any(c => c.GetProperty("output").ValueKind == JsonValueKind.String));
        foreach (JsonElement call in calls)
        {
            string input = call.GetProperty("input").GetString()!;
            string? answer = EvmPrecompiles.TryRun(address, EvmVectorPack.Bytes(input), out byte[] output)
                ? EvmPeerProgram.Hex(output)
                : null;
            Assert.True(answer == call.GetProperty("output").GetString(), $"{input}: {answer}");
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
    public void Keccak_with_the_padding_of_the_standard_is_the_platforms_Sha3()
    {
        if (!SHA3_256.IsSupported)
        {
            return;
        }
        for (int length = 0; length < 136; length++)
        {
            byte[] data = new byte[length];
            new Random(length).NextBytes(data);
            byte[] block = [.. data, 0x06, .. new byte[135 - length]];
            block[135] |= 0x80;
            ulong[] lanes = new ulong[EvmKeccakRounds.Lanes];
            block.CopyTo(MemoryMarshal.AsBytes(lanes.AsSpan()));
            EvmKeccakRounds.Permute<ulong, EvmKeccakWord>(lanes);
            Assert.Equal(SHA3_256.HashData(data), MemoryMarshal.AsBytes(lanes.AsSpan())[..32].ToArray());
        }
    }

    [Fact]
    public void Powers_are_those_of_big_integers()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            byte[][] parts = [.. Enumerable.Range(0, 3).Select(_ => new byte[random.Next(100)])];
            foreach (byte[] part in parts)
            {
                random.NextBytes(part);
            }
            if (random.Next(2) == 0)
            {
                parts[2].AsSpan(parts[2].Length / 2).Clear();
            }
            byte[] input =
                [.. parts.SelectMany(p => ((EvmWord)(ulong)p.Length).ToBytes()), .. parts.SelectMany(p => p)];
            BigInteger[] numbers = [.. parts.Select(p => new BigInteger(p, isUnsigned: true, isBigEndian: true))];
            BigInteger power = numbers[2].IsZero ? 0 : BigInteger.ModPow(numbers[0], numbers[1], numbers[2]);
            Assert.True(EvmPrecompiles.TryRun(5, input, out byte[] output));
            Assert.Equal(parts[2].Length, output.Length);
            Assert.True(power == new BigInteger(output, isUnsigned: true, isBigEndian: true), $"seed {seed}");
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
