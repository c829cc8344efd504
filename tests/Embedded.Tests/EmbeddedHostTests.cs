using System.Text;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Embedded.Tests;

public sealed class EmbeddedHostTests
{
    private const string Counter = """
        on add
            get n "n"
            if ok == 1 goto have
            set n "0"
        have:
            int n n
            int d payload
            add n d
            text n n
            put "n" n
            reply n
        """;

    private static readonly KernelId _id = KernelId.Parse("counter");

    [Fact]
    public async Task A_kernel_answers_and_goes_on_after_the_host_was_closed()
    {
        using TempFolder folder = new();
        await using (EmbeddedHost host = await EmbeddedHost.OpenAsync(folder.Path, Engines.All))
        {
            await DeployAsync(host);
            Assert.Equal("5", await AddAsync(host, "5"));
            Assert.Equal("12", await AddAsync(host, "7"));
        }
        await using (EmbeddedHost host = await EmbeddedHost.OpenAsync(folder.Path, Engines.All))
        {
            Assert.Equal("13", await AddAsync(host, "1"));
            VerifyReport report = await host.VerifyAsync(_id, null, null);
            Assert.True(report.Accepted, report.Reason);
        }
    }

    [Fact]
    public async Task A_host_that_was_never_closed_loses_nothing()
    {
        MemoryStore store = new();
        EmbeddedHost first = await EmbeddedHost.OpenAsync(store, Engines.All);
        await DeployAsync(first);
        for (int i = 1; i <= 50; i++)
        {
            await AddAsync(first, "2");
        }
        // The first host is abandoned, as by a crash; the second fences it.
        await using EmbeddedHost second = await EmbeddedHost.OpenAsync(store, Engines.All);
        Assert.Equal("101", await AddAsync(second, "1"));
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(() => AddAsync(first, "1"));
        Assert.Equal(KernelHostError.Store, error.Error);
        Assert.Equal("102", await AddAsync(second, "1"));
    }

    internal static Task<KernelInfo> DeployAsync(IKernelHost host) => host.DeployAsync(new DeployRequest
    {
        Id = _id, Engine = new EngineId("script", 1), Code = Engines.Compile(".gscript", Counter),
    });

    private static async Task<string> AddAsync(IKernelHost host, string number)
    {
        CallResult result = await host.CallAsync(new MessageRequest
        {
            To = _id, Entry = "add", Payload = Encoding.UTF8.GetBytes(number),
        }).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(ReplyStatus.Ok, result.Status);
        return Encoding.UTF8.GetString(result.Payload.Span);
    }
}
