using Granary.Kernels;
using Granary.Vms;
using static Granary.Embedded.Tests.HostCalls;

namespace Granary.Embedded.Tests;

/// <summary>Messages between kernels: full inboxes, kernels that are gone, and those that come later.</summary>
public sealed class BetweenKernelsTests() : HostTest(MediumKind.Memory)
{
    protected override EmbeddedOptions Options => new()
    {
        Limits = KernelLimits.Default with { InboxMessagesMax = 8 },
    };

    [Fact]
    public async Task Messages_to_a_full_inbox_wait_and_arrive_once()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await Host.DeployScriptAsync("r", Programs.Relay, ("next", "a"));
        await Host.PauseAsync(Id("a"));
        for (int i = 0; i < 60; i++)
        {
            await Host.AskAsync("r", "pass", "1");
        }
        await Host.ResumeAsync(Id("a"));
        await UntilAsync("all arrive", async () =>
            (await Host.StateAsync("a", "data/n")).Contains("=3630", StringComparison.Ordinal));
        Assert.Equal("60", await Host.AskAsync("a", "add", "0"));
    }

    [Fact]
    public async Task A_call_to_a_kernel_that_is_gone_ends()
    {
        await Host.DeployScriptAsync("x", Programs.Adder);
        await Host.DeployScriptAsync("p", Programs.Peer, ("peer", "x"));
        await Host.DeleteAsync(Id("x"));
        CallResult result = await Host.TryAskAsync("p", "put", "1");
        Assert.Equal(ReplyStatus.Reverted, result.Status);
        await UntilAsync("nothing is left to send", async () =>
            (await Host.GetAsync(Id("p"))).Status == KernelStatus.Idle);
        await Host.VerifiesAsync("p");
    }

    [Fact]
    public async Task A_port_leads_to_a_kernel_that_exists()
    {
        await Host.DeployScriptAsync("gone", Programs.Adder);
        await Host.DeleteAsync(Id("gone"));
        foreach (string target in (string[])["late", "gone"])
        {
            KernelHostException refusal = await Assert.ThrowsAsync<KernelHostException>(
                () => Host.DeployScriptAsync("p", Programs.Peer, ("peer", target)));
            Assert.Equal(KernelHostError.NoSuchKernel, refusal.Error);
        }
        await Host.DeployScriptAsync("p", Programs.Peer, ("peer", "p"));
        await Assert.ThrowsAsync<KernelHostException>(() => Host.SetPortAsync(Id("p"), "peer", Id("late")));
        await Host.DeployScriptAsync("late", Programs.Adder);
        await Host.SetPortAsync(Id("p"), "peer", Id("late"));
        Assert.Equal("5", await Host.AskAsync("p", "put", "5"));
    }
}
