using Npgsql;

namespace Granary.Stores.Tests;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("postgres://ann@db.local:5433/kernels", "ann@db.local:5433/kernels")]
    [InlineData("postgresql://ann:secret@db.local/kernels?schema=other", "ann@db.local/kernels (schema other)")]
    [InlineData("postgres://a%40b@[::1]/x%20y", "a@b@::1/x y")]
    [InlineData("Host=db.local;Username=ann;Password=secret;Database=kernels", "ann@db.local/kernels")]
    [InlineData("host=db.local;port=6000;username=ann", "ann@db.local:6000/ann")]
    public void An_address_is_a_url_or_a_connection_string_and_never_shows_its_password(string text, string shown)
    {
        PostgresAddress address = PostgresAddress.Parse(text);

        Assert.Equal(shown, address.ToString());
        Assert.Equal(text.Contains("secret", StringComparison.Ordinal), address.HasPassword);
    }

    [Fact]
    public void Settings_of_a_url_have_the_names_that_people_know()
    {
        NpgsqlConnectionStringBuilder settings = new(PostgresAddress.Parse(
            "postgres://ann@db/x?sslmode=verify-full&connect_timeout=7&Maximum%20Pool%20Size=3").ToConnectionString());

        Assert.Equal(
            (SslMode.VerifyFull, 7, 3, "granary"),
            (settings.SslMode, settings.Timeout, settings.MaxPoolSize, settings.SearchPath));
        Assert.Contains("synchronous_commit=on", settings.Options, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("postgres://")]
    [InlineData("postgres:///x")]
    [InlineData("nonsense")]
    [InlineData("Host=a;Port=many")]
    [InlineData("Host=a;Color=blue")]
    [InlineData("postgres://ann:secret@db/x?schema=Robert');drop")]
    [InlineData("postgres://ann:secret@db/x?colour=blue")]
    [InlineData("postgres://ann:secret@db:99999/x")]
    public void What_is_no_address_is_refused_without_showing_it(string text)
    {
        FormatException refused = Assert.Throws<FormatException>(() => PostgresAddress.Parse(text));

        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }
}
