using System.Globalization;
using System.Text;
using Granary.Vms.Tests;

namespace Granary.Vms.RiscV.Tests;

/// <summary>
/// Random actors with random messages and answers: only exits and clean errors; and whatever way a run is cut and
/// restored, the same comes of it. GRANARY_RISCV_FUZZ says how many.
/// </summary>
public sealed class RiscVActorFuzzTests
{
    private const int RunsDefault = 150;
    private const int MessagesEach = 5;
    private const long MessageGas = 60_000;

    private static readonly int s_runs = int.TryParse(
        Environment.GetEnvironmentVariable("GRANARY_RISCV_FUZZ"), NumberStyles.None, NumberFormatInfo.InvariantInfo,
        out int runs) ? runs : RunsDefault;

    [Fact]
    public void Random_actors_do_the_same_however_they_are_cut()
    {
        int answered = 0;
        for (int seed = 0; seed < s_runs; seed++)
        {
            Exception? thrown = Record.Exception(() =>
            {
                byte[] code = RiscVRandomActor.Next(new Random(seed));
                if (!TryLoad(code, out IVmProgram? program))
                {
                    return;
                }
                string whole = Run(program!, seed, nextSliceGas: null, out int exits);
                Random cuts = new(~seed);
                long largest = cuts.Next(8) == 0 ? 300 : 20_000;
                Assert.Equal(whole, Run(program!, seed, () => cuts.NextInt64(1, largest), out _));
                answered += exits;
            });
            Assert.True(thrown is null, $"seed {seed}: {thrown}");
        }
        Assert.True(answered > s_runs, $"{answered} waits in {s_runs} runs: too few to say anything.");
    }

    [Fact]
    public void Damaged_snapshots_of_actors_give_an_exit_or_a_clean_error()
    {
        int restored = 0;
        for (int seed = 0; seed < s_runs; seed++)
        {
            Exception? thrown = Record.Exception(() =>
            {
                Random random = new(seed);
                byte[] code = RiscVRandomActor.Next(random);
                if (!TryLoad(code, out IVmProgram? program))
                {
                    return;
                }
                TestHost host = NewHost();
                IVmContainer machine = program!.Start();
                machine.Enter(Message(random));
                GasMeter gas = new(random.NextInt64(1, MessageGas), MessageGas);
                machine.Run(ref gas, host);
                try
                {
                    machine = program.Restore(RiscVFuzzTests.Damage(random, machine));
                }
                catch (SnapshotFormatException)
                {
                    return;
                }
                restored++;
                machine.Resume(new VmAnswer.Received(Message(random)));
                gas = new GasMeter(GasMeter.Unlimited, MessageGas);
                Assert.IsNotType<VmExit.SliceEnded>(machine.Run(ref gas, host));
                Assert.InRange(gas.MessageLeft, 0, MessageGas);
                machine.Save(new SnapshotBuffer());
            });
            Assert.True(thrown is null, $"seed {seed}: {thrown}");
        }
        Assert.InRange(restored, s_runs / 20, s_runs);
    }

    private static bool TryLoad(byte[] code, out IVmProgram? program)
    {
        try
        {
            program = RiscVEngine.Actor.Load(code, VmLimits.Default);
            return true;
        }
        catch (InvalidCodeException)
        {
            program = null;
            return false;
        }
    }

    /// <summary>Some messages, one after the other; gives back all that may not depend on how they were cut.</summary>
    private static string Run(IVmProgram program, int seed, Func<long>? nextSliceGas, out int waits)
    {
        Random random = new(seed);
        TestHost host = NewHost();
        IVmContainer machine = program.Start();
        StringBuilder story = new();
        waits = 0;
        for (int message = 0; message < MessagesEach; message++)
        {
            host.CanReply = true;
            machine.Enter(Message(random));
            long messageGas = random.Next(4) == 0 ? random.Next(8_000) : MessageGas;
            for (int answers = 0; ; answers++)
            {
                VmExit exit = RunMessage(program, ref machine, host, messageGas, nextSliceGas, story);
                if (exit is not VmExit.Suspended suspended || answers == 3)
                {
                    break;
                }
                waits++;
                machine.Resume(Answer(random, suspended.Request));
            }
        }
        SnapshotBuffer saved = new();
        machine.Save(saved);
        foreach ((string name, byte[] content) in saved.Sections.Concat(saved.Memories))
        {
            story.Append(CultureInfo.InvariantCulture, $"\n{name} {HashCodeOf(content)}");
        }
        story.Append(CultureInfo.InvariantCulture,
            $"\n{host.Sends.Count} sends, {host.Timers.Count} timers, {host.Data.Count} keys, {host.Ports.Count}");
        foreach (byte[] text in host.Prints.Concat(host.Logs).Concat(host.Replies.Select(r => r.Payload)))
        {
            story.Append('\n').Append(HashCodeOf(text));
        }
        return story.ToString();
    }

    private static VmExit RunMessage(
        IVmProgram program, ref IVmContainer machine, TestHost host, long messageGas, Func<long>? nextSliceGas,
        StringBuilder story)
    {
        long left = messageGas;
        while (true)
        {
            GasMeter gas = new(nextSliceGas?.Invoke() ?? GasMeter.Unlimited, left);
            VmExit exit = machine.Run(ref gas, host);
            left = gas.MessageLeft;
            Assert.InRange(left, 0, messageGas);
            if (exit is not VmExit.SliceEnded)
            {
                string end = exit is VmExit.Halted or VmExit.Reverted ? exit.GetType().Name : exit.ToString();
                story.Append(CultureInfo.InvariantCulture, $"\n{end}, {left} left");
                return exit;
            }
            Assert.NotNull(nextSliceGas);
            SnapshotBuffer saved = new();
            machine.Save(saved);
            machine = program.Restore(saved);
        }
    }

    /// <summary>What it waits for three times out of four, else anything.</summary>
    private static VmAnswer Answer(Random random, HostRequest request)
    {
        int kind = random.Next(4) == 0 ? random.Next(4) : request switch
        {
            HostRequest.Receive => random.Next(4) == 0 ? 1 : 0,
            HostRequest.Sleep => 2,
            _ => 3,
        };
        VmEntry message = Message(random);
        return kind switch
        {
            0 => new VmAnswer.Received(message),
            1 => VmAnswer.TimedOut.Instance,
            2 => VmAnswer.Slept.Instance,
            _ => new VmAnswer.Replied((ReplyStatus)random.Next(3), message.Payload),
        };
    }

    private static VmEntry Message(Random random)
    {
        byte[] payload = new byte[random.Next(3) == 0 ? random.Next(3_000) : random.Next(20)];
        random.NextBytes(payload);
        return new VmEntry(random.Next(3) == 0 ? "add" : "", payload, "someone");
    }

    private static TestHost NewHost()
    {
        TestHost host = new(VmLimits.Default) { ArrivedPorts = ["one", "two"], Fired = 2 };
        host.Ports["peer"] = "somebody";
        host.Ports["a.b"] = "somebody else";
        return host;
    }

    private static string HashCodeOf(byte[] content) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content).AsSpan(0, 8));
}
