using System.Buffers;

namespace Granary.Kernels.Tests;

public sealed class CborTests
{
    [Theory]
    [InlineData(0UL, "00")]
    [InlineData(23UL, "17")]
    [InlineData(24UL, "1818")]
    [InlineData(255UL, "18ff")]
    [InlineData(256UL, "190100")]
    [InlineData(65535UL, "19ffff")]
    [InlineData(65536UL, "1a00010000")]
    [InlineData(4294967295UL, "1affffffff")]
    [InlineData(4294967296UL, "1b0000000100000000")]
    [InlineData(ulong.MaxValue, "1bffffffffffffffff")]
    public void Unsigned_integers_have_the_shortest_head(ulong value, string hex)
    {
        Assert.Equal(hex, Written((ref CborWriter writer) => writer.WriteUInt64(value)));
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.Equal(value, reader.ReadUInt64());
        reader.ExpectEnd();
    }

    [Theory]
    [InlineData(-1L, "20")]
    [InlineData(-25L, "3818")]
    [InlineData(-500L, "3901f3")]
    [InlineData(long.MinValue, "3b7fffffffffffffff")]
    [InlineData(long.MaxValue, "1b7fffffffffffffff")]
    public void Signed_integers_round_trip(long value, string hex)
    {
        Assert.Equal(hex, Written((ref CborWriter writer) => writer.WriteInt64(value)));
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.Equal(value, reader.ReadInt64());
    }

    [Fact]
    public void Every_kind_of_item_round_trips()
    {
        string hex = Written((ref CborWriter writer) =>
        {
            writer.WriteTag(42);
            writer.WriteArray(6);
            writer.WriteBytes([0, 255]);
            writer.WriteText("zażółć 𝄞");
            writer.WriteBool(true);
            writer.WriteBool(false);
            writer.WriteNull();
            writer.WriteUndefined();
        });
        CborReader reader = new(Convert.FromHexString(hex));
        Assert.Equal(CborType.Tag, reader.PeekType());
        Assert.Equal(42UL, reader.ReadTag());
        Assert.Equal(6, reader.ReadArray());
        Assert.Equal([0, 255], reader.ReadBytes(2).ToArray());
        Assert.Equal("zażółć 𝄞", reader.ReadText(100));
        Assert.True(reader.ReadBool());
        Assert.False(reader.ReadBool());
        Assert.False(reader.TryReadUndefined());
        Assert.True(reader.TryReadNull());
        Assert.True(reader.TryReadUndefined());
        Assert.Equal(CborType.End, reader.PeekType());
        Assert.False(reader.TryReadNull());
        reader.ExpectEnd();
    }

    [Theory]
    [InlineData("1817")] // head longer than needed
    [InlineData("1900ff")]
    [InlineData("1a0000ffff")]
    [InlineData("1b00000000ffffffff")]
    [InlineData("18")] // cut off
    [InlineData("1b00000000")]
    [InlineData("1c")] // reserved
    [InlineData("1f")]
    [InlineData("40")] // another kind
    [InlineData("")]
    public void A_bad_unsigned_integer_is_refused(string hex) =>
        Assert.Throws<CborException>(() => new CborReader(Convert.FromHexString(hex)).ReadUInt64());

    [Theory]
    [InlineData("5f4100ff")] // indefinite
    [InlineData("5bffffffffffffffff")] // longer than the bytes left
    [InlineData("5affffffff00")]
    [InlineData("420000")] // above the limit of 1
    public void A_bad_byte_string_is_refused(string hex) =>
        Assert.Throws<CborException>(() => new CborReader(Convert.FromHexString(hex)).ReadBytes(1).Length);

    [Theory]
    [InlineData("61ff")]
    [InlineData("62c080")] // overlong
    [InlineData("63eda080")] // surrogate
    public void Text_that_is_not_UTF8_is_refused(string hex) =>
        Assert.Throws<CborException>(() => new CborReader(Convert.FromHexString(hex)).ReadText(10));

    [Fact]
    public void Text_with_a_lone_surrogate_is_not_written() =>
        Assert.ThrowsAny<ArgumentException>(() => Written((ref CborWriter writer) => writer.WriteText("\ud800")));

    [Fact]
    public void An_array_is_never_longer_than_the_bytes_left()
    {
        Assert.Throws<CborException>(() => new CborReader(Convert.FromHexString("9affffffff")).ReadArray());
        Assert.Throws<CborException>(() => new CborReader([0x82, 0x00]).ReadArray());
        Assert.Equal(1, new CborReader([0x81, 0x00]).ReadArray());
    }

    [Fact]
    public void An_error_says_where_and_why()
    {
        CborException error = Assert.Throws<CborException>(() =>
        {
            CborReader reader = new([0x82, 0x01, 0xa0]);
            reader.ReadArray();
            reader.ReadUInt64();
            reader.PeekType();
        });
        Assert.Equal(2, error.Offset);
        Assert.Equal("CBOR at byte 2: maps are not supported.", error.Message);
    }

    [Fact]
    public void Bytes_behind_the_end_are_refused() =>
        Assert.Throws<CborException>(() => new CborReader([0]).ExpectEnd());

    [Theory]
    [InlineData("8361610c4200ff", "[\"a\", 12, h'00ff']")]
    [InlineData("80", "[]")]
    [InlineData("d82a4100", "42(h'00')")]
    [InlineData("84f4f5f6f7", "[false, true, null, undefined]")]
    [InlineData("6422005c0a", "\"\\\"\\u0000\\\\\\u000a\"")]
    [InlineData("3818", "-25")]
    [InlineData("", null)]
    [InlineData("0000", null)]
    [InlineData("8101ff", null)]
    [InlineData("1817", null)]
    [InlineData("a0", null)]
    [InlineData("f97e00", null)]
    public void Text_for_people_is_diagnostic_notation(string hex, string? text) =>
        Assert.Equal(text, CborText.TryFormat(Convert.FromHexString(hex)));

    [Fact]
    public void Text_for_people_is_limited_in_length_and_depth()
    {
        string many = Written((ref CborWriter writer) =>
        {
            writer.WriteArray(5000);
            for (int i = 0; i < 5000; i++)
            {
                writer.WriteText("𝄞𝄞");
            }
        });
        string text = CborText.TryFormat(Convert.FromHexString(many))!;
        Assert.InRange(text.Length, CborText.CharsMax, CborText.CharsMax + 3);
        Assert.EndsWith("...", text, StringComparison.Ordinal);
        Assert.NotNull(CborText.TryFormat([.. Enumerable.Repeat((byte)0x81, CborText.DepthMax - 1), 0]));
        Assert.Null(CborText.TryFormat([.. Enumerable.Repeat((byte)0x81, CborText.DepthMax), 0]));
        Assert.Null(CborText.TryFormat([.. Enumerable.Repeat((byte)0xc1, 60_000), 0]));
    }

    [Fact]
    public void Random_bytes_never_cause_another_exception()
    {
        const int Seed = 71;
        Random random = new(Seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(12)];
            random.NextBytes(bytes);
            if (CborText.TryFormat(bytes) is { } text)
            {
                Assert.NotEmpty(text);
            }
        }
    }

    private delegate void Write(ref CborWriter writer);

    private static string Written(Write write)
    {
        ArrayBufferWriter<byte> buffer = new();
        CborWriter writer = new(buffer);
        write(ref writer);
        return Convert.ToHexStringLower(buffer.WrittenSpan);
    }
}
