using Granary.Embedded;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Client.Tests.Examples;

public sealed class StartDeployCall
{
    [Fact]
    public async Task A_counter_counts()
    {
        await using IKernelHost host = await EmbeddedHost.OpenAsync(new MemoryStore(), BuiltInEngines.All);
        KernelId counter = KernelId.Parse("counter");
        await host.DeploySourceAsync(BuiltInEngines.All, counter, ".gscript", """
            on add
              get n "n"
              int n n
              int d payload
              add n d
              put "n" n
              halt n
            """);
        Assert.Equal("5", await host.CallTextAsync(counter, "add", "5"));
        Assert.Equal("12", await host.CallTextAsync(counter, "add", "7"));
    }
}
