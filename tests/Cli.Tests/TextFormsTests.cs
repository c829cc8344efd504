using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli.Tests;

public sealed class TextFormsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("data/a b", @"data/a\x20b")]
    [InlineData(@"a\b", @"a\\b")]
    [InlineData("ä", @"\xc3\xa4")]
    public void Keys_are_written_so_that_they_can_be_read_again(string key, string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(key);
        Assert.Equal(text, KeyText.Format(bytes));
        Assert.True(KeyText.TryParse(text, out byte[]? parsed));
        Assert.Equal(bytes, parsed);
        Assert.True(KeyText.TryParse(key.Replace(@"\", @"\\"), out byte[]? typed));
        Assert.Equal(bytes, typed);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("42", "42")]
    [InlineData("42\n", "42")]
    [InlineData("one\ntwo\n\n", "one\ntwo\n")]
    [InlineData("\0\n", "0x000a")]
    public void A_line_has_one_end(string text, string line) =>
        Assert.Equal(line, TextForms.TextLineOrHex(System.Text.Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(@"\")]
    [InlineData(@"\x")]
    [InlineData(@"\x1")]
    [InlineData(@"\xzz")]
    [InlineData(@"\n")]
    public void What_is_no_key_is_refused(string text) => Assert.False(KeyText.TryParse(text, out _));

    [Fact]
    public void Half_a_character_is_no_key() => Assert.False(KeyText.TryParse("a" + '\uD800', out _));

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1_500)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("7", 7_000)]
    [InlineData("0", 0)]
    public void Durations_are_read(string text, int milliseconds)
    {
        Assert.True(DurationOption.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1d")]
    [InlineData("1e9")]
    [InlineData("9999999h")]
    [InlineData("NaN")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(DurationOption.TryParse(text, out _));

    [Theory]
    [InlineData(0, "due")]
    [InlineData(999, "in 999 ms")]
    [InlineData(4_500, "in 4.5 s")]
    [InlineData(600_000, "in 10 min")]
    [InlineData(36_000_000, "in 10 h")]
    [InlineData(864_000_000, "in 10 d")]
    [InlineData(long.MaxValue - 1_000, "in 106751991167 d")]
    public void Times_are_told_from_now(long fromNow, string text) =>
        Assert.Equal(text, TextForms.Until(1_000 + fromNow, 1_000));

    [Fact]
    public void Times_out_of_the_calendar_are_told_in_milliseconds()
    {
        Assert.Equal("1970-01-01 00:00:00.000Z", TextForms.Time(0));
        Assert.Equal("9223372036854775807 ms", TextForms.Time(long.MaxValue));
    }

    [Fact]
    public void Unlimited_gas_has_no_number()
    {
        Assert.Equal("unlimited", TextForms.Gas(GasMeter.Unlimited));
        Assert.Null(JsonForms.Gas(GasMeter.Unlimited));
        Assert.Equal("9,999", TextForms.Gas(9_999));
    }

    [Theory]
    [InlineData("clock.mova", "clock")]
    [InlineData("/x/My Clock (2).mova", "my-clock--2-")]
    [InlineData("_a.b.c", "a.b")]
    public void Files_give_kernel_ids(string path, string id) => Assert.Equal(id, IdText.OfFile(path).Value);

    [Fact]
    public void Long_file_names_are_cut() => Assert.Equal(64, IdText.OfFile(new string('x', 200)).Value.Length);

    [Fact]
    public void Long_values_are_cut_and_sized_in_the_automatic_form()
    {
        byte[] value = new byte[5_000];
        Assert.EndsWith("... (5,000 bytes)", ValueText.Format("vm/ram"u8, value, ValueForm.Auto));
        Assert.Equal(2 + 10_000, ValueText.Format("vm/ram"u8, value, ValueForm.Hex).Length);
    }

    [Fact]
    public void Ended_messages_are_read_by_their_topic()
    {
        KernelEvent ended = new(
            KernelId.Parse("k"), KernelEventKind.Ended, 0, "Trapped", "out of gas"u8.ToArray(), KernelStatus.Idle);
        Assert.Equal(new EndedMessage(ReplyStatus.Trapped, "out of gas"), EndedMessage.Of(ended));
        Assert.Equal(1, EndedMessage.Of(ended).ExitCode);
    }
}
