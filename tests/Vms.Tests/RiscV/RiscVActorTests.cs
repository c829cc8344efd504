using System.Text;
using Granary.Vms.Tests;
using static Granary.Vms.RiscV.Tests.RiscVAssembly;

namespace Granary.Vms.RiscV.Tests;

/// <summary>Programs that start once and live on messages.</summary>
public sealed class RiscVActorTests
{
    private const int Buffer = DataStart + 0x400;

    [Fact]
    public void A_program_starts_once_and_keeps_its_memory_between_messages()
    {
        RiscVActor actor = new(Counter());

        Assert.Equal(["waits for a message", "waits for a message"], [actor.Enter("first"), actor.Receive("second")]);
        Assert.Equal(["1first", "2second"], actor.Replies);
    }

    [Fact]
    public void However_it_is_cut_it_answers_and_pays_the_same()
    {
        string Run(Func<long>? nextSliceGas)
        {
            RiscVActor actor = new(Counter()) { NextSliceGas = nextSliceGas };
            string end = $"{actor.Enter("a")}, {actor.Receive("bb")}, {actor.Receive("ccc")}";
            return $"{end}; {string.Join(' ', actor.Replies)}; {actor.GasUsed}; {actor.MemoryHash}";
        }

        string whole = Run(null);
        Assert.Equal(whole, Run(() => 1));
        for (int seed = 0; seed < 10; seed++)
        {
            Random random = new(seed);
            string cut = Run(() => random.Next(1, 20_000));
            Assert.True(whole == cut, $"seed {seed}: {cut} instead of {whole}");
        }
    }

    [Fact]
    public void Between_any_two_instructions_the_next_one_and_the_registers_can_be_looked_at()
    {
        RiscVAssembly a = new();
        a.Ecall(93);
        IVmContainer machine = RiscVEngine.Actor.Load(a.ToElf(), VmLimits.Default).Start();
        machine.Enter(new VmEntry("", default, "someone"));
        List<VmStep> steps = [];
        VmExit exit;
        do
        {
            GasMeter gas = new(1, RiscVActor.MessageGas);
            exit = machine.Run(ref gas, new TestHost(VmLimits.Default));
            if (RiscVEngine.Actor.Look(machine) is { } step)
            {
                steps.Add(step);
            }
        }
        while (exit is VmExit.SliceEnded);
        Assert.Equal(["lui a7, 0x0", "addiw a7, a7, 93", "ecall"], steps.Select(s => s.Instruction));
        Assert.Equal(steps[0].Position + 4, steps[1].Position);
        Assert.Contains(new KeyValuePair<string, string>("a7", "0x5d"), steps[2].Values);
    }

    [Fact]
    public void A_commit_pays_for_the_pages_that_were_written_since_the_last_one()
    {
        RiscVActor actor = new(Counter());
        actor.Enter("x");
        long first = actor.GasUsed;
        actor.Receive("x");
        long second = actor.GasUsed - first;

        Assert.InRange(second, SnapshotFormat.PageBytes, GasSchedule.Suspend(3 * SnapshotFormat.PageBytes) + 20_000);
    }

    [Fact]
    public void A_message_that_finds_the_program_elsewhere_starts_it_afresh()
    {
        RiscVAssembly a = new();
        a.Call(512, -1).Call(524, 1_000).Call(512, -1).Ecall(93);
        RiscVActor actor = new(a);

        Assert.Equal("sleeps 1000", actor.Enter("x"));
        Assert.Equal("sleeps 1000", actor.Enter("y"));
        Assert.Equal("waits for a message", actor.Resume(VmAnswer.Slept.Instance));
    }

    [Fact]
    public void Receiving_gives_up_in_time()
    {
        RiscVAssembly a = new();
        a.Call(512, -1).Call(512, 50).Ecall(93);
        RiscVActor actor = new(a);

        Assert.Equal("waits 50 for a message", actor.Enter("x"));
        Assert.Equal("exit 1", actor.Resume(VmAnswer.TimedOut.Instance));
    }

    [Fact]
    public void An_answer_to_something_else_changes_nothing()
    {
        RiscVActor actor = new(Counter());
        actor.Enter("x");

        Assert.Equal("waits for a message", actor.Resume(VmAnswer.Slept.Instance));
        Assert.Equal("waits for a message", actor.Receive("y"));
        Assert.Equal(["1x", "2y"], actor.Replies);
    }

    [Fact]
    public void State_is_put_found_walked_and_deleted()
    {
        RiscVAssembly a = new();
        int key = a.Text("key");
        int value = a.Text("value");
        a.Call(521, key, 3, value, 5).Call(520, key, 3, Buffer, 3).Mv(S0, A1);
        a.Call(523, key, 2, Buffer + 8, 8, Buffer + 16, 8).Call(522, key, 3).Call(520, key, 3, Buffer + 32, 8);
        a.Mv(S1, A0).Call(528, Buffer, 24).Mv(A0, S0).Word(0x00950533).Ecall(93);
        RiscVActor actor = new(a);

        // 5, the length of the whole value, and 1, not found.
        Assert.Equal("exit 6", actor.Enter("x"));
        Assert.Equal("val\0\0\0\0\0key\0\0\0\0\0value\0\0\0", Assert.Single(actor.Prints));
        Assert.Empty(actor.Host.Data);
    }

    [Fact]
    public void Calls_are_made_and_awaited()
    {
        RiscVAssembly a = new();
        int message = a.Longs(a.Text("peer"), 4, a.Text("ask"), 3, a.Text("why"), 3, 777, 500, 0, 0);
        a.Call(516, message).Mv(A0, A1).Ecall(518).Call(513, 3, 0, Buffer, 16).Mv(S0, A1);
        a.Li(A0, Buffer).Mv(A1, S0).Ecall(528).Call(93, 0);
        RiscVActor actor = new(a);
        actor.Host.Ports["peer"] = "somebody";

        Assert.Equal("awaits 1", actor.Enter("x"));
        TestMessage sent = Assert.Single(actor.Host.Sends);
        Assert.Equal(("peer", "ask", "why", 777L, 500L),
            (sent.Port, sent.Entry, Encoding.UTF8.GetString(sent.Payload), sent.Gas, sent.Timeout));
        Assert.Equal("exit 0", actor.Resume(new VmAnswer.Replied(ReplyStatus.Ok, "because"u8.ToArray())));
        Assert.Equal(["because"], actor.Prints);
    }

    [Fact]
    public void Messages_without_a_port_are_not_sent()
    {
        RiscVAssembly a = new();
        int message = a.Longs(a.Text("nobody"), 6, 0, 0, 0, 0, 0, -1, 0, 0);
        a.Call(515, message).Ecall(93);

        Assert.Equal($"exit {(int)HostStatus.NoSuchPort}", new RiscVActor(a).Enter("x"));
    }

    [Fact]
    public void Timers_are_set_and_cleared()
    {
        RiscVAssembly a = new();
        int name = a.Text("tick");
        int timer = a.Longs(name, 4, name, 4, name, 2, 10, 20, 30);
        a.Call(536, timer).Call(512, -1).Call(512, -1).Call(537, name, 4).Ecall(93);
        RiscVActor actor = new(a);

        Assert.Equal("waits for a message", actor.Enter("x"));
        (string key, TestTimer set) = Assert.Single(actor.Host.Timers);
        Assert.Equal(("tick", new TestTimer("tick", set.Payload, 10, 20, 30)), (key, set));
        Assert.Equal("exit 0", actor.Receive("y"));
        Assert.Empty(actor.Host.Timers);
    }

    [Fact]
    public void Events_logs_time_chance_and_gas_are_there()
    {
        RiscVAssembly a = new();
        int text = a.Text("hot");
        a.Call(529, text, 3, text, 1).Call(527, text, 3).Ecall(525).Li(S0, Buffer).Sd(A1, 0, S0);
        a.Ecall(526).Sd(A1, 8, S0).Ecall(530).Sd(A1, 16, S0).Ecall(531).Sd(A1, 24, S0);
        a.Call(528, Buffer, 32).Call(93, 0);
        RiscVActor actor = new(a);

        Assert.Equal("exit 0", actor.Enter("x"));
        Assert.Equal(("hot", 1), (actor.Host.Emits[0].Topic, actor.Host.Emits[0].Payload.Length));
        Assert.Equal("hot", Encoding.UTF8.GetString(actor.Host.Logs[0]));
        byte[] said = actor.Host.Prints[0];
        Assert.Equal(TestHost.FixedTime, BitConverter.ToInt64(said));
        Assert.NotEqual(0, BitConverter.ToInt64(said, 8));
        Assert.InRange(BitConverter.ToInt64(said, 16), 1, RiscVActor.MessageGas);
    }

    [Theory]
    [InlineData(538, "halts with 'out'")]
    [InlineData(539, "reverts with 'out'")]
    public void A_program_ends_with_an_output(int number, string end)
    {
        RiscVAssembly a = new();
        a.Call(number, a.Text("out"), 3);

        Assert.Equal(end, new RiscVActor(a).Enter("x"));
    }

    [Theory]
    [InlineData(14, "InvalidEcall 14")]
    [InlineData(528, "MemOutOfBound")]
    [InlineData(529, "MemOutOfBound")]
    [InlineData(515, "MemOutOfBound")]
    [InlineData(536, "MemOutOfBound")]
    public void Bad_calls_trap_and_say_where(int number, string fault)
    {
        RiscVAssembly a = new();
        a.Call(number, 0x7fff_0000, 5, 0x7fff_0000, 5);

        Assert.Contains(fault, new RiscVActor(a).Enter("x"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x8000, "MemWriteOnExecutablePage 0x8000")]
    [InlineData(0x10000, "MemWriteOnExecutablePage 0x10000")]
    [InlineData(0x22000, "MemOutOfBound 0x22000")]
    public void What_is_no_segment_of_data_cannot_be_written(int address, string fault)
    {
        RiscVAssembly a = new();
        a.Data(1);
        a.Li(S0, address).Sd(A0, 0, S0).Call(93, 0);

        Assert.Contains(fault, new RiscVActor(a).Enter("x"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_for_another_machine_is_refused()
    {
        byte[] elf = Counter().ToElf();
        elf[18] = 62;

        Assert.Contains("machine 62",
            Assert.Throws<InvalidCodeException>(() => RiscVEngine.Actor.Load(elf, VmLimits.Default)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_wants_too_much_memory_is_refused()
    {
        byte[] elf = new RiscVAssembly { ZeroBytes = 100 << 20 }.Call(93, 0).ToElf();

        Assert.Throws<InvalidCodeException>(() => RiscVEngine.Actor.Load(elf, VmLimits.Default));
    }

    /// <summary>Replies with the number of the message and its payload.</summary>
    private static RiscVAssembly Counter()
    {
        RiscVAssembly a = new();
        int again = a.NewLabel();
        a.Li(S1, '0').Li(S0, Buffer);
        a.Mark(again).Call(512, -1).Addi(S1, S1, 1).Sd(S1, 0, S0).Call(513, 0, 0, Buffer + 1, 64);
        a.Addi(A1, A1, 1).Li(A0, Buffer).Li(A2, 0).Li(A3, 0).Ecall(519).Jump(again);
        return a;
    }
}
