namespace Granary.Vms.Mcs51.Tests;

public sealed class Mcs51HexFileTests
{
    private static readonly IVmLanguage s_hex = new Mcs51Engine().Languages[0];

    [Fact]
    public void Records_in_any_order_become_one_image()
    {
        byte[] image = Compile(":020004000A0BE5\n:0300000002000AF1\r\n\n:00000001FF\nrest is not read");

        Assert.Equal("02000a000a0b", Convert.ToHexStringLower(image));
    }

    [Fact]
    public void Address_records_that_stay_inside_64_KiB_are_followed()
    {
        Assert.Equal(0x15, Compile(":020000020001FB\n:0100040055A6\n:00000001FF").Length);
        Assert.Single(Compile(":020000040000FA\n:0100000055AA\n:00000001FF"));
    }

    [Theory]
    [InlineData(":0300000002000AF2", "line 1, column 16: The checksum is f2, but the record adds up to f1.")]
    [InlineData(":0300000002000A", "line 1, column 1: The record is not as long as it says: ':', count, address, type, "
        + "data, checksum.")]
    [InlineData("0300000002000AF1", "line 1, column 1: A record begins with ':'.")]
    [InlineData(":03000000020x0AF1", "line 1, column 12: Two hexadecimal digits belong here.")]
    [InlineData(":0300000002000AF1", "line 1, column 1: The end-of-file record (:00000001FF) is missing.")]
    [InlineData("", "line 1, column 1: The end-of-file record (:00000001FF) is missing.")]
    [InlineData(":00000001FF", "line 1, column 1: The file holds no code.")]
    [InlineData(":00000009F7", "line 1, column 8: There is no record of type 09.")]
    [InlineData(":020000040001F9\n:0100000055AA", "line 2, column 4: The record ends at 10000, beyond the 64 KiB of an "
        + "8051.")]
    [InlineData(":0100000055AA\n:0100000056A9",
        "line 2, column 10: The byte at 0000 is given twice, and not the same.")]
    public void What_is_wrong_is_said_with_its_place(string text, string message) =>
        Assert.Equal(message, Assert.Throws<SourceException>(() => Compile(text)).Message);

    [Fact]
    public void Any_text_gives_an_image_or_a_source_error()
    {
        for (int seed = 0; seed < 2_000; seed++)
        {
            Random random = new(seed);
            char[] text = random.GetItems("\n:0123456789ABCDEFx".AsSpan(), random.Next(80));
            try
            {
                Compile(":0100000055AA\n" + new string(text));
            }
            catch (SourceException)
            {
                // The clean error.
            }
        }
    }

    private static byte[] Compile(string text) => s_hex.Compile(text, VmLimits.Default);
}
