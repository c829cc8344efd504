using System.Text;
using Granary.Vms.Script;

namespace Granary.Vms.Tests.Script;

/// <summary>Hostile code, snapshots and sources end in an exit or in a clean error, whatever they are.</summary>
public sealed class ScriptFuzzTests
{
    private const int Rounds = 3_000;
    private const long GasOfARun = 60_000;

    private static readonly ScriptEngine Engine = new();

    [Fact]
    public void Random_bytes_as_code_are_refused_or_run() => Repeat(seed =>
    {
        byte[] code = new byte[seed.Next(8, 80)];
        seed.NextBytes(code);
        // Some begin well, with the version, no variable and one handler, so that they get further.
        ReadOnlySpan<byte> start = [1, 0, 1, 1, 1, (byte)'a'];
        start[..seed.Next(start.Length + 1)].CopyTo(code);
        TryCode(code, seed);
    });

    [Fact]
    public void Mutated_code_is_refused_or_runs_and_reads_back_the_same() => Repeat(seed =>
        TryCode(Mutate(Compile(seed), seed), seed));

    [Fact]
    public void Mutated_snapshots_are_refused_or_go_on() => Repeat(seed =>
    {
        ScriptVector vector = Pick(seed);
        List<byte[]> saved = [];
        ScriptDriver.For(vector, () => seed.Next(1, 2_000), () => saved.Count < 20, saved: saved.Add).Run();
        byte[] section = Mutate(saved[seed.Next(saved.Count)], seed);
        SnapshotBuffer snapshot = new();
        snapshot.WriteSection("state", section);
        TryDescribe(snapshot);
        IVmContainer machine;
        try
        {
            machine = ScriptVectors.Load(vector).Restore(snapshot);
        }
        catch (SnapshotFormatException)
        {
            return;
        }
        SnapshotBuffer again = new();
        machine.Save(again);
        Assert.Equal(section, again.Sections["state"]);
        Drive(machine, seed);
    });

    [Fact]
    public void Random_snapshots_are_refused_or_described() => Repeat(seed =>
    {
        byte[] section = new byte[seed.Next(0, 60)];
        seed.NextBytes(section);
        SnapshotBuffer snapshot = new();
        snapshot.WriteSection("state", section);
        TryDescribe(snapshot);
        try
        {
            Drive(ScriptVectors.Load(Pick(seed)).Restore(snapshot), seed);
        }
        catch (SnapshotFormatException)
        {
        }
    });

    [Fact]
    public void Random_sources_are_refused_or_assemble_to_code_that_loads() => Repeat(seed =>
    {
        string[] pieces =
        [
            "on", "start", "set", "a", "5", "-", "\"x\"", "\"", "\\", "if", "==", "<", "goto", "l", ":", "l:", "#", ";",
            "call", "gas", "0x", "99999999999999999999", "\n", "\n", "\n", "halt", "receive", "timeout",
            "\t", "\r", "é", "\ud800", "\0", "=", "width", "text", "print", "with", "after", "every", "schedule",
        ];
        StringBuilder source = new(seed.Next(2) == 0 ? "" : "on start\n");
        for (int i = seed.Next(0, 25); i > 0; i--)
        {
            source.Append(pieces[seed.Next(pieces.Length)]).Append(seed.Next(4) == 0 ? "" : " ");
        }
        TrySource(source.ToString());
    });

    [Fact]
    public void Mutated_sources_are_refused_or_assemble_to_code_that_loads() => Repeat(seed =>
        TrySource(Encoding.Latin1.GetString(Mutate(Encoding.Latin1.GetBytes(ScriptVectors.Source(Pick(seed))), seed))));

    private static void TrySource(string source)
    {
        try
        {
            byte[] code = ScriptAssembler.Assemble(source, VmLimits.Default);
            Engine.Load(code, VmLimits.Default);
        }
        catch (SourceException refused)
        {
            int lines = source.Count(c => c == '\n') + 1;
            Assert.InRange(refused.Line, 1, lines);
            Assert.InRange(refused.Column, 1, source.Split('\n')[refused.Line - 1].Length + 1);
        }
    }

    private static void TryCode(byte[] code, Random seed)
    {
        string text = Engine.Disassemble(code);
        IVmProgram program;
        try
        {
            program = Engine.Load(code, VmLimits.Default);
        }
        catch (InvalidCodeException)
        {
            Assert.StartsWith("# not Script code: ", text, StringComparison.Ordinal);
            return;
        }
        Assert.Equal(code, ScriptAssembler.Assemble(text, VmLimits.Default));
        IVmContainer machine = program.Start();
        machine.Enter(new VmEntry(program.EntryPoints[seed.Next(program.EntryPoints.Count)], new byte[] { 0x35 }, "k"));
        Drive(machine, seed);
    }

    private static void TryDescribe(SnapshotBuffer snapshot)
    {
        try
        {
            Engine.Describe(snapshot);
        }
        catch (SnapshotFormatException)
        {
        }
    }

    /// <summary>Runs to an end, answering whatever is asked with whatever comes.</summary>
    private static void Drive(IVmContainer machine, Random seed)
    {
        VmAnswer[] answers =
        [
            VmAnswer.Slept.Instance, VmAnswer.TimedOut.Instance, new VmAnswer.Replied(ReplyStatus.Refused, new byte[3]),
            new VmAnswer.Received(new VmEntry("", new byte[9], "k2")),
        ];
        TestHost host = new(VmLimits.Default);
        host.Ports.Add("out", "out");
        host.Ports.Add("out.1", "one");
        host.ArrivedPorts = ["a", "b"];
        long left = GasOfARun;
        // Suspensions that are asked for again cost nothing, so the driver counts them.
        for (int runs = 0; runs < 200; runs++)
        {
            GasMeter gas = new(seed.Next(1, 5_000), left);
            VmExit exit = machine.Run(ref gas, host);
            left = gas.MessageLeft;
            if (exit is VmExit.Suspended)
            {
                machine.Resume(answers[seed.Next(answers.Length)]);
            }
            else if (exit is not VmExit.SliceEnded)
            {
                return;
            }
        }
        Assert.True(left < GasOfARun, "200 runs spent no gas.");
    }

    private static ScriptVector Pick(Random seed)
    {
        // Large payloads and long loops only cost time here.
        List<ScriptVector> small = [.. ScriptVectors.All.Select(v => v.Vector)
            .Where(v => v.PayloadTimes == 1 && v.Expect.Gas < 100_000 && v.Answers.All(a => a.PayloadTimes == 1))];
        return small[seed.Next(small.Count)];
    }

    private static byte[] Compile(Random seed) => ScriptVectors.Compile(Pick(seed));

    private static byte[] Mutate(byte[] bytes, Random seed)
    {
        List<byte> mutated = [.. bytes];
        for (int i = seed.Next(1, 4); i > 0; i--)
        {
            int at = seed.Next(mutated.Count + 1);
            // Mostly overwriting, because what keeps its length is accepted more often.
            switch (seed.Next(12))
            {
                case 0 when at < mutated.Count:
                    mutated.RemoveAt(at);
                    break;
                case 1:
                    mutated.Insert(at, (byte)seed.Next(256));
                    break;
                case 2 when at < mutated.Count:
                    mutated.RemoveRange(at, mutated.Count - at);
                    break;
                default:
                    if (at < mutated.Count)
                    {
                        mutated[at] = (byte)(seed.Next(2) == 0 ? seed.Next(256) : mutated[at] ^ (1 << seed.Next(8)));
                    }
                    break;
            }
        }
        return [.. mutated];
    }

    private static void Repeat(Action<Random> round)
    {
        for (int seed = 0; seed < Rounds; seed++)
        {
            try
            {
                round(new Random(seed));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}", failure);
            }
        }
    }
}
