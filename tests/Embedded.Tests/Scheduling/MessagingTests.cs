using System.Text;
using Granary.Kernels;
using Granary.Vms;
using static Granary.Embedded.Tests.HostCalls;

namespace Granary.Embedded.Tests;

/// <summary>Ports, deadlines, dead letters and timers through a host, over a restart where it matters.</summary>
public sealed class MessagingTests() : HostTest(MediumKind.Sqlite)
{
    private readonly FakeClock _clock = new();

    protected override EmbeddedOptions Options => new()
    {
        Clock = _clock,
        Limits = KernelLimits.Default with { InboxMessagesMax = 4, OutboxMessagesMax = 6, EffectsPerTurnMax = 2 },
    };

    [Fact]
    public async Task A_script_kernel_calls_a_mova_kernel()
    {
        await Host.DeployMovaAsync("mova", "var i = 40; i += 2; print(i);");
        await Host.DeployScriptAsync(
            "caller", "on start\n call c \"m\" \"\" \"\"\n await x c\n halt status", ("m", "mova"));
        Assert.Equal("0", await Host.AskAsync("caller", "start"));
        Assert.Equal(42, await Host.CountAsync("mova"));
        await Host.VerifiesAsync("mova");
    }

    [Fact]
    public async Task A_port_is_handed_out_used_from_far_away_and_revoked()
    {
        await Host.DeployScriptAsync("service", """
            on enrol
              open "guest"
              reply "welcome" with "guest"
            on work
              halt "done"
            on expel
              revoke "guest"
              halt status
            """);
        await Host.DeployScriptAsync("guest", """
            on join
              call c "door" "enrol" ""
              await x c
              bind "desk" 0
              unbind "door"
              halt x
            on use
              call c "desk" "work" ""
              await x c
              halt status
            """, ("door", "service"));
        Assert.Equal("welcome", await Host.AskAsync("guest", "join"));
        Assert.Equal("0", await Host.AskAsync("guest", "use"));
        await ReopenAsync();
        Assert.Equal("0", await Host.AskAsync("guest", "use"));
        Assert.Equal("0", await Host.AskAsync("service", "expel"));
        Assert.Equal($"{(int)ReplyStatus.PortRevoked}", await Host.AskAsync("guest", "use"));
        await Host.VerifiesAsync("guest");
        await Host.VerifiesAsync("service");
    }

    [Fact]
    public async Task Timers_go_on_after_a_restart_and_say_what_was_missed()
    {
        await Host.DeployScriptAsync("k", """
            on start
              schedule "t" "tick" "" after 1000 every 1000
            on tick
              arrived p n
              get sum "sum"
              int sum sum
              add sum n
              put "sum" sum
            on sum
              get sum "sum"
              halt sum
            """);
        await Host.AskAsync("k", "start");
        TimerInfo timer = Assert.Single(await Host.ListTimersAsync(Id("k")));
        Assert.Equal(("t", 1_000L), (timer.Name, timer.Timer.Period));
        _clock.Advance(TimeSpan.FromSeconds(2));
        await UntilAsync("the first fires", async () => await Host.AskAsync("k", "sum") == "2");
        await Host.DisposeAsync();
        _clock.Advance(TimeSpan.FromSeconds(60));
        await ReopenAsync(isCrash: true);
        await UntilAsync("what was missed", async () => await Host.AskAsync("k", "sum") == "62");
        await Host.ClearTimerAsync(Id("k"), "t");
        Assert.Null((await Host.GetAsync(Id("k"))).WakeAt);
        await Host.VerifiesAsync("k");
    }

    [Fact]
    public async Task A_scheduled_message_arrives_once_whenever_the_host_was_down()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await Host.SetTimerAsync(Id("a"), "later", new KernelTimer(
            _clock.GetUtcNow().ToUnixTimeMilliseconds() + 5_000, 0, "add", "7"u8.ToArray(), 1_000_000));
        await Host.DisposeAsync();
        _clock.Advance(TimeSpan.FromSeconds(10));
        await ReopenAsync(isCrash: true);
        await UntilAsync("it arrives", async () => await Host.AskAsync("a", "add", "0") == "7");
        await ReopenAsync();
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("7", await Host.AskAsync("a", "add", "0"));
    }

    [Fact]
    public async Task A_poison_message_ends_among_the_dead_letters_and_can_be_sent_again()
    {
        await Host.DeployScriptAsync("a", """
            on add
              get well "well"
              if ok == 1 goto go
              add payload 1
            go:
              put "got" payload
            on mend
              put "well" 1
            """);
        await Host.DeployScriptAsync("r", Programs.Relay, ("next", "a"));
        await Host.AskAsync("r", "pass", "5");
        await UntilAsync("it is given up", async () => (await Host.ListDeadLettersAsync(Id("a"))).Count == 1);
        await ReopenAsync();
        DeadLetterInfo letter = Assert.Single(await Host.ListDeadLettersAsync(Id("a")));
        Assert.Equal((3, "r", "5"), (letter.Letter.Tries, letter.Letter.Message.From.Value,
            Encoding.UTF8.GetString(letter.Letter.Message.Payload.Span)));
        await Host.AskAsync("a", "mend");
        await Host.ResendDeadLetterAsync(Id("a"), letter.Number);
        await UntilAsync("it is handled", async () =>
            (await Host.StateAsync("a", "data/got")).Contains("=35", StringComparison.Ordinal));
        await RefusedAsync(KernelHostError.BadRequest, () => Host.DropDeadLetterAsync(Id("a"), letter.Number));
        await Host.VerifiesAsync("a");
    }

    [Fact]
    public async Task A_slow_receiver_slows_down_everybody_up_to_the_client_and_nothing_is_lost()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await Host.DeployScriptAsync("r", Programs.Relay, ("next", "a"));
        await Host.PauseAsync(Id("a"));
        int taken = 0;
        KernelHostException? refusal = null;
        while (refusal is null)
        {
            Assert.InRange(taken, 0, 40);
            try
            {
                await Host.SendAsync("r", "pass", "1");
                taken++;
            }
            catch (KernelHostException error)
            {
                refusal = error;
            }
        }
        Assert.Equal(KernelHostError.InboxFull, refusal.Error);
        await Host.ResumeAsync(Id("a"));
        await UntilAsync("all arrive", async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return (await Host.TryAskAsync("a", "add", "0")) is { Status: ReplyStatus.Ok } sum
                && Encoding.UTF8.GetString(sum.Payload.Span) == $"{taken}";
        });
        Assert.Empty(await Host.ListDeadLettersAsync(Id("r")));
    }

    [Fact]
    public async Task A_receiver_that_never_answers_is_waited_for_until_the_deadline()
    {
        await Host.DeployScriptAsync("mute", "on start\n receive\n receive");
        await Host.DeployScriptAsync(
            "k", "on start\n call c \"m\" \"\" \"\" timeout 5000\n await x c\n halt status", ("m", "mute"));
        await Host.PauseAsync(Id("mute"));
        Task<string> asked = Host.AskAsync("k", "start");
        await UntilAsync("it waits", async () => (await Host.GetAsync(Id("k"))).WakeAt is not null);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal($"{(int)ReplyStatus.TimedOut}", await asked);
    }

    [Fact]
    public async Task A_clients_call_that_is_not_begun_in_time_is_answered_so_and_a_waiting_one_can_be_cancelled()
    {
        await Host.DeployScriptAsync("k", "on start\n sleep 10000\n on next\n halt");
        await Host.SendAsync("k", "start");
        Task<CallResult> late = Host.CallAsync(Message("k", "next") with { Timeout = TimeSpan.FromSeconds(2) });
        MessageAccepted waiting = await Host.SendAsync("k", "next");
        await Host.CancelAsync(Id("k"), waiting.Position);
        await RefusedAsync(KernelHostError.BadRequest, () => Host.CancelAsync(Id("k"), waiting.Position));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(ReplyStatus.TimedOut, (await late).Status);
    }
}
