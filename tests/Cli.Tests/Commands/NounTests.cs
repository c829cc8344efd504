using System.Text.Json;

namespace Granary.Cli.Tests;

public sealed class NounTests : CliTest
{
    [Theory]
    [InlineData("jam", "[1 2 3]", "714834")]
    [InlineData("cue", "714834", "[1 2 3]")]
    [InlineData("mug", "[1 2 3]", "3a811aec")]
    [InlineData("parse", "[1 [2 :: two\n %a]]", "[1 2 97]")]
    [InlineData("print", "74.565", "0x1.2345")]
    public async Task A_noun_is_read_and_written(string action, string noun, string text)
    {
        Assert.Equal(0, await Run("noun", action, noun));
        Assert.Equal([text], Lines());
    }

    [Fact]
    public async Task A_formula_is_evaluated()
    {
        Assert.Equal(0, await Run("noun", "run", "[4 0 1]", "--subject", "41"));
        Assert.Equal(["42"], Lines());
        Assert.Contains("meter 2", Io.Errors);
        NewConsole();
        JsonElement result = await RunJson(
            0, "noun", "run", "[8 [9 342 0 16383] 9 2 10 [6 0 6] 0 2]", "--subject", "9", "--library");
        Assert.Equal("8", result.GetProperty("product").GetString());
        Assert.Equal(JsonValueKind.Null, result.GetProperty("problem").ValueKind);
    }

    [Fact]
    public async Task A_crash_is_a_failure()
    {
        Assert.NotEqual(0, await Run("noun", "run", "[0 2]"));
        Assert.Contains("No product: crash", Io.Errors);
    }

    [Theory]
    [InlineData("jam", "[1", "no noun, at character")]
    [InlineData("cue", "00", "no noun, at bit 1")]
    [InlineData("cue", "x", "hexadecimal")]
    [InlineData("print", "[1 2]", "Only an atom")]
    public async Task What_is_no_noun_is_refused(string action, string noun, string why)
    {
        Assert.NotEqual(0, await Run("noun", action, noun));
        Assert.Contains(why, Io.Errors);
    }

    [Fact]
    public async Task A_noun_is_needed_and_options_must_fit()
    {
        Assert.NotEqual(0, await Run("noun", "jam"));
        Assert.Contains("Which noun?", Io.Errors);
        NewConsole();
        Assert.NotEqual(0, await Run("noun", "jam", "1", "--library"));
        Assert.Contains("granary noun run", Io.Errors);
    }
}
