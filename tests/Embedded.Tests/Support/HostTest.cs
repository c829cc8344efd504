namespace Granary.Embedded.Tests;

/// <summary>A test with an open host of its own.</summary>
public abstract class HostTest(MediumKind kind) : IAsyncLifetime
{
    private readonly Medium _medium = new(kind);

    protected EmbeddedHost Host { get; private set; } = null!;

    public async Task InitializeAsync() => Host = await EmbeddedHost.OpenAsync(_medium.Open(), Engines.All, Options);

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        _medium.Remove();
    }

    protected virtual EmbeddedOptions Options => new();

    /// <summary>Closes the host, or leaves it as a crash would, and opens another over the same medium.</summary>
    protected async Task ReopenAsync(bool isCrash = false)
    {
        if (!isCrash)
        {
            await Host.DisposeAsync();
        }
        Host = await EmbeddedHost.OpenAsync(_medium.Open(), Engines.All, Options);
    }
}
