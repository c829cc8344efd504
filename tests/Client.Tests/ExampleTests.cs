using Granary.Client.Tests.Examples;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Stores;
using Granary.Tests;
using Granary.Vms;

namespace Granary.Client.Tests;

/// <summary>The examples of <c>docs/client.md</c>: they run, and the page has them as they are.</summary>
public sealed class ExampleTests
{
    private const string Shop = """
        on ship
          get n "n"
          int n n
          add n 1
          put "n" n
          print n
          halt n
        """;

    private static readonly KernelId _shop = KernelId.Parse("shop");

    [Fact]
    public async Task The_examples_do_what_the_page_says()
    {
        await using IKernelHost host = await EmbeddedHost.OpenAsync(new MemoryStore(), BuiltInEngines.All);
        await host.DeploySourceAsync(BuiltInEngines.All, _shop, ".gscript", Shop);
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));

        Task<string?> line = WatchEvents.NextLineAsync(host.WatchAsync(_shop, null, limit.Token), limit.Token);
        Assert.Equal("1", await RetrySafely.ShipAsync(host, "17", limit.Token));
        Assert.Equal("1", await RetrySafely.ShipAsync(host, "17", limit.Token));
        Assert.Equal("1", (await line)!.TrimEnd());

        Hash root = (await host.ProveAsync(_shop, "data/n"u8.ToArray())).Root;
        Assert.Equal("1", await ProveAndFork.ReadProvenAsync(host, _shop, "n", root));
        Assert.True(await ProveAndFork.TryOutAsync(host, _shop, KernelId.Parse("copy"), "ship"));

        await LaterAndAgain.TidyEachNightAsync(host, _shop, DateTimeOffset.UtcNow.AddHours(1));
        Assert.Equal("nightly", Assert.Single(await host.ListTimersAsync(_shop)).Name);
        await host.SetPortAsync(_shop, "self", _shop);
        Assert.Equal("shop", (await LaterAndAgain.PortsAsync(host, _shop))["self"].ToString());
        await host.SendTextAsync(_shop, "nowhere", "x");
        while ((await host.ListDeadLettersAsync(_shop)).Count == 0)
        {
            await Task.Delay(10, limit.Token);
        }
        string tried = Assert.Single(await LaterAndAgain.TryAgainAsync(host, _shop));
        Assert.StartsWith("nowhere x: trapped: NoSuchEntry", tried);

        Assert.Equal("shop is Idle", await HandleRefusals.DescribeAsync(host, "shop"));
        Assert.StartsWith("There is no kernel 'nobody'.", await HandleRefusals.DescribeAsync(host, "nobody"));
    }

    [Fact]
    public async Task A_failed_call_says_how_it_ended()
    {
        await using IKernelHost host = await EmbeddedHost.OpenAsync(new MemoryStore(), BuiltInEngines.All);
        await host.DeploySourceAsync(BuiltInEngines.All, _shop, ".gscript", "on no\n  revert \"Closed.\"");
        CallFailedException error = await Assert.ThrowsAsync<CallFailedException>(
            () => host.CallTextAsync(_shop, "no"));
        Assert.Equal((ReplyStatus.Reverted, "Closed."), (error.Status, error.Text));
    }

    /// <summary>GRANARY_BLESS=1 rewrites the page's examples.</summary>
    [Fact]
    public void The_page_has_the_examples_as_they_are()
    {
        string path = Path.Combine(VectorFolders.RepositoryRoot(), "docs", "client.md");
        string folder = Path.Combine(VectorFolders.RepositoryRoot(), "tests", "Client.Tests", "Examples");
        string page = File.ReadAllText(path).ReplaceLineEndings("\n");
        string wanted = page;
        foreach (string file in Directory.EnumerateFiles(folder, "*.cs").Order(StringComparer.Ordinal))
        {
            string begin = $"<!-- example {Path.GetFileName(file)} -->\n";
            int start = wanted.IndexOf(begin, StringComparison.Ordinal);
            Assert.True(start >= 0, $"{path} lacks '{begin.Trim()}'.");
            start += begin.Length;
            int end = wanted.IndexOf("<!-- end -->", start, StringComparison.Ordinal);
            Assert.True(end >= 0, $"{path} lacks the end of '{begin.Trim()}'.");
            string code = File.ReadAllText(file).ReplaceLineEndings("\n");
            wanted = $"{wanted[..start]}```csharp\n{code}```\n{wanted[end..]}";
        }
        if (Environment.GetEnvironmentVariable("GRANARY_BLESS") == "1")
        {
            File.WriteAllText(path, wanted);
        }
        Assert.Equal(wanted, File.ReadAllText(path).ReplaceLineEndings("\n"));
    }
}
