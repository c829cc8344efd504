using System.Numerics;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Words beside the platform's big integers.</summary>
public sealed class EvmWordTests
{
    private const int Rounds = 5_000;
    private static readonly BigInteger _modulus = BigInteger.One << 256;

    [Fact]
    public void Arithmetic_is_that_of_big_integers_modulo_two_to_the_256()
    {
        for (int seed = 0; seed < Rounds; seed++)
        {
            Random random = new(seed);
            (EvmWord a, EvmWord b, EvmWord m) = (Make(random), Make(random), Make(random));
            (BigInteger x, BigInteger y, BigInteger z) = (Big(a), Big(b), Big(m));
            Same(x + y, a + b, seed);
            Same(x - y, a - b, seed);
            Same(x * y, a * b, seed);
            Same(y.IsZero ? 0 : x / y, EvmDivision.Divide(a, b), seed);
            Same(y.IsZero ? 0 : x % y, EvmDivision.Modulo(a, b), seed);
            Same(z.IsZero ? 0 : (x + y) % z, EvmDivision.AddModulo(a, b, m), seed);
            Same(z.IsZero ? 0 : x * y % z, EvmDivision.MultiplyModulo(a, b, m), seed);
            Same(y.IsZero ? 0 : BigInteger.Divide(Signed(x), Signed(y)), EvmDivision.DivideSigned(a, b), seed);
            Same(y.IsZero ? 0 : BigInteger.Remainder(Signed(x), Signed(y)), EvmDivision.ModuloSigned(a, b), seed);
            Assert.True(x < y == a < b && x > y == a > b, $"seed {seed}");
            Assert.True(Signed(x) < Signed(y) == EvmBits.LessSigned(a, b), $"seed {seed}");
            Assert.Equal((int)x.GetBitLength(), a.BitCount);
        }
    }

    [Fact]
    public void What_does_not_fit_is_noticed_even_when_the_result_takes_an_operands_place()
    {
        EvmWord a = EvmWord.Max;
        Assert.False(EvmWord.TryAdd(a, EvmWord.One, out a));
        Assert.True(a.IsZero);
        a = EvmWord.Max;
        Assert.False(EvmWord.TryMultiply(a, 2UL, out a));
        Assert.True(EvmWord.TryAdd(EvmWord.Zero, EvmWord.Max, out a) && a == EvmWord.Max);
        Assert.True(EvmWord.TryMultiply(EvmWord.Zero, EvmWord.Max, out a) && a.IsZero);
    }

    [Fact]
    public void Shifts_bytes_and_powers_are_those_of_big_integers()
    {
        for (int seed = 0; seed < Rounds; seed++)
        {
            Random random = new(seed);
            EvmWord a = Make(random);
            BigInteger x = Big(a);
            int count = random.Next(300);
            EvmWord shift = (ulong)count;
            Same(x << count, EvmBits.ShiftLeft(shift, a), seed);
            Same(x >> count, EvmBits.ShiftRight(shift, a), seed);
            Same(Signed(x) >> count, EvmBits.ShiftRightSigned(shift, a), seed);
            int index = random.Next(40);
            Same(index > 31 ? 0 : (x >> (8 * (31 - index))) & 255, EvmBits.Byte((ulong)index, a), seed);
            int exponent = random.Next(600);
            Same(BigInteger.ModPow(x, exponent, _modulus), EvmBits.Power(a, (ulong)exponent), seed);
        }
    }

    [Fact]
    public void Bytes_and_text_say_the_same_word()
    {
        for (int seed = 0; seed < 1_000; seed++)
        {
            EvmWord a = Make(new Random(seed));
            Assert.Equal(a, EvmWord.FromBytes(a.ToBytes()));
            Assert.Equal(a, EvmWord.FromBytes(a.ToMinimalBytes()));
            Assert.True(EvmWord.TryParse(a.ToString(), out EvmWord hex) && hex == a);
            Assert.True(EvmWord.TryParse($"{Big(a)}", out EvmWord number) && number == a);
        }
        Assert.False(EvmWord.TryParse($"{_modulus}", out _));
        Assert.False(EvmWord.TryParse("0x", out _));
        Assert.False(EvmWord.TryParse("-1", out _));
    }

    /// <summary>Words with long runs of ones and zeros, where carries go wrong.</summary>
    private static EvmWord Make(Random random) => new(Limb(random), Limb(random), Limb(random), Limb(random));

    private static ulong Limb(Random random) => random.Next(6) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => 1UL << random.Next(64),
        3 => ulong.MaxValue << random.Next(64),
        4 => (ulong)random.Next(5),
        _ => (ulong)random.NextInt64() ^ ((ulong)random.NextInt64() << 1),
    };

    private static BigInteger Big(in EvmWord word) => new(word.ToBytes(), isUnsigned: true, isBigEndian: true);

    private static BigInteger Signed(BigInteger value) => value >= _modulus / 2 ? value - _modulus : value;

    private static void Same(BigInteger expected, in EvmWord actual, int seed)
    {
        BigInteger wrapped = ((expected % _modulus) + _modulus) % _modulus;
        Assert.True(wrapped == Big(actual), $"seed {seed}: {actual} instead of 0x{wrapped:x}");
    }
}
