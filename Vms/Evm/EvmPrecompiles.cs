using System.Security.Cryptography;

namespace Granary.Vms.Evm;

/// <summary>The contracts that are part of the machine: their prices and what they do.</summary>
internal static class EvmPrecompiles
{
    private const int SignatureBytes = 4 * EvmWord.Bytes;
    private const int PointEvaluationGas = 50_000;

    public static bool TryFind(EvmRules rules, EvmAddress address, out int number)
    {
        number = (int)Math.Min(address.Low, int.MaxValue);
        return (address.Middle | address.High) == 0 && number >= 1 && number <= rules.PrecompileLast;
    }

    public static long Gas(int number, EvmRules rules, ReadOnlySpan<byte> input)
    {
        long words = EvmGas.Words((ulong)input.Length);
        bool cheaper = rules.CheaperCurves;
        long pairs = input.Length / EvmBn128.PairBytes;
        return number switch
        {
            1 => 3_000,
            2 => 60 + (12 * words),
            3 => 600 + (120 * words),
            4 => 15 + (3 * words),
            5 => EvmModExp.Gas(input, rules.CheaperModExp),
            6 => cheaper ? 150 : 500,
            7 => cheaper ? 6_000 : 40_000,
            8 => cheaper ? 45_000 + (34_000 * pairs) : 100_000 + (80_000 * pairs),
            9 => input.Length == EvmBlake2F.InputBytes ? EvmBlake2F.Rounds(input) : 0,
            _ => PointEvaluationGas,
        };
    }

    /// <summary>False when the input is invalid, which costs the caller all that it gave.</summary>
    public static bool TryRun(int number, ReadOnlySpan<byte> input, out byte[] output)
    {
        switch (number)
        {
            case 1:
                output = Recover(input);
                return true;
            case 2:
                output = SHA256.HashData(input);
                return true;
            case 3:
                output = new byte[EvmWord.Bytes];
                EvmRipemd160.Hash(input, output.AsSpan(EvmWord.Bytes - EvmRipemd160.HashBytes));
                return true;
            case 4:
                output = input.ToArray();
                return true;
            case 5:
                output = EvmModExp.Run(input);
                return true;
            case 6:
                return EvmBn128.TryAdd(input, out output);
            case 7:
                return EvmBn128.TryMultiply(input, out output);
            case 8:
                return EvmBn128.TryPair(input, out output);
            case 9:
                return EvmBlake2F.TryRun(input, out output);
            default:
                return EvmKzg.TryEvaluate(input, out output);
        }
    }

    /// <summary>The address behind a signature, or nothing when there is none.</summary>
    private static byte[] Recover(ReadOnlySpan<byte> input)
    {
        Span<byte> padded = stackalloc byte[SignatureBytes];
        padded.Clear();
        input[..Math.Min(input.Length, SignatureBytes)].CopyTo(padded);
        EvmWord v = EvmWord.FromBytes(padded.Slice(EvmWord.Bytes, EvmWord.Bytes));
        if (v != 27 && v != 28)
        {
            return [];
        }
        return EvmSecp256k1.TryRecover(
            EvmWord.FromBytes(padded[..EvmWord.Bytes]), (int)v.U0 - 27,
            EvmWord.FromBytes(padded.Slice(2 * EvmWord.Bytes, EvmWord.Bytes)),
            EvmWord.FromBytes(padded[(3 * EvmWord.Bytes)..]), out EvmAddress address)
            ? address.ToWord().ToBytes()
            : [];
    }
}
