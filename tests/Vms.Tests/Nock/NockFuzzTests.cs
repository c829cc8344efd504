using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

/// <summary>Random code, payloads and snapshots may only give an exit or a clean error.</summary>
public sealed class NockFuzzTests
{
    private const int Seeds = 1_500;
    private const long Gas = 200_000;

    [Fact]
    public void Random_bytes_are_refused_or_run()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            byte[] code = new byte[random.Next(1, 60)];
            random.NextBytes(code);
            Try(seed, () => Drive(code, random));
            Assert.NotNull(NockTestRun.Engine.Disassemble(code));
        }
    }

    [Fact]
    public void Random_gates_run()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            Try(seed, () => Drive(NockTestRun.GateOf(RandomNoun(random, 4), RandomFormula(random, 5)), random));
        }
    }

    [Fact]
    public void Random_and_broken_nouns_are_refused_or_read()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            byte[] jam = NounJam.Jam(RandomNoun(random, 8));
            jam[random.Next(jam.Length)] ^= (byte)(1 << random.Next(8));
            foreach (bool strict in new[] { true, false })
            {
                try
                {
                    Noun noun = NounJam.Cue(jam, strict);
                    Assert.True(NounEquality.Same(noun, NounJam.Cue(NounJam.Jam(noun))), $"seed {seed}");
                }
                catch (NounFormatException wrong)
                {
                    Assert.NotEmpty(wrong.Message);
                }
            }
        }
    }

    [Fact]
    public void Mutated_snapshots_are_refused_or_go_on()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            byte[] code = NockTestRun.GateOf(RandomNoun(random, 4), RandomFormula(random, 5));
            IVmProgram program = NockTestRun.Engine.Load(code, VmLimits.Default);
            IVmContainer machine = program.Start();
            machine.Enter(new VmEntry("measure", default, ""));
            GasMeter gas = new(random.Next(1, 500), Gas);
            machine.Run(ref gas, new TestHost(VmLimits.Default));
            SnapshotBuffer saved = new();
            machine.Save(saved);
            SnapshotBuffer mutated = new();
            string victim = saved.Memories.Keys.ElementAt(random.Next(saved.Memories.Count));
            foreach ((string name, byte[] bytes) in saved.Memories)
            {
                byte[] copy = [.. bytes];
                if (name == victim && copy.Length > 0)
                {
                    copy[random.Next(copy.Length)] = (byte)random.Next(256);
                    copy = random.Next(4) == 0 ? copy[..random.Next(copy.Length)] : copy;
                }
                mutated.WriteMemory(name, copy, default);
            }
            Try(seed, () =>
            {
                NockTestRun.Engine.Describe(mutated);
                Drive(program.Restore(mutated), random);
            });
        }
    }

    [Fact]
    public void A_huge_axis_and_a_huge_payload_end()
    {
        string axis = "1" + new string('0', 30_000);
        byte[] code = NockTestRun.GateOf(Atom.Zero, NounText.Parse($"[10 [{axis} 1 1] [0 {axis}]]"));
        Assert.Contains("BadOperand", new NockTestRun(code, "text", []).Run(), StringComparison.Ordinal);
        byte[] payload = new byte[1 << 20];
        Assert.Contains("BadOperand", new NockTestRun(code, "kick", payload).Run(), StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_recursion_ends_by_gas_or_depth()
    {
        byte[] loop = NockTestRun.GateOf(NounText.Parse("[[9 2 0 1] 0]"), NounText.Parse("[9 2 0 1]"));
        Assert.Contains("OutOfGas", new NockTestRun(loop, "text", []).Run(), StringComparison.Ordinal);
        byte[] deep = NockTestRun.GateOf(NounText.Parse("[[4 9 2 0 1] 0]"), NounText.Parse("[9 2 0 1]"));
        Assert.Contains("StackOverflow",
            new NockTestRun(deep, "text", []) { MessageGas = 1_000_000_000 }.Run(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_executor_answers_anything()
    {
        IVmProgram program = new NockExecutorEngine().Load("order arrival"u8.ToArray(), VmLimits.Default);
        TestHost host = new(VmLimits.Default);
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            string entry = program.EntryPoints[random.Next(program.EntryPoints.Count)];
            Noun noun = random.Next(3) == 0
                ? RandomNoun(random, 4)
                : Noun.Tuple(Atom.Of((ulong)random.Next(4)), RandomNoun(random, 2), RandomNoun(random, 3));
            bool inText = random.Next(2) == 0;
            byte[] payload = inText ? System.Text.Encoding.UTF8.GetBytes(NounText.Print(noun)) : NounJam.Jam(noun);
            IVmContainer machine = program.Start();
            machine.Enter(new VmEntry(entry, payload, random.Next(2) == 0 ? "" : "kernel"));
            SnapshotBuffer saved = new();
            machine.Save(saved);
            machine = program.Restore(saved);
            host.CanReply = true;
            host.ArrivedPorts = random.Next(2) == 0 ? [] : ["kernel"];
            GasMeter gas = new(Gas, random.Next(4) == 0 ? random.Next(20_000) : 100_000_000);
            VmExit exit = machine.Run(ref gas, host);
            Assert.True(exit is VmExit.Halted or VmExit.Reverted or VmExit.Trapped, $"seed {seed}: {exit}");
        }
    }

    private static void Try(int seed, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            Assert.True(e is SnapshotFormatException or InvalidCodeException, $"seed {seed}: {e}");
        }
    }

    private static void Drive(byte[] code, Random random)
    {
        IVmContainer machine = NockTestRun.Engine.Load(code, VmLimits.Default).Start();
        byte[] payload = new byte[random.Next(20)];
        random.NextBytes(payload);
        string entry = NockTestRun.Engine.Load(code, VmLimits.Default).EntryPoints[random.Next(5)];
        machine.Enter(new VmEntry(entry, random.Next(2) == 0 ? payload : default, ""));
        Drive(machine, random);
    }

    private static void Drive(IVmContainer machine, Random random)
    {
        TestHost host = new(VmLimits.Default);
        long used = 0;
        for (int i = 0; i < 2_000; i++)
        {
            GasMeter gas = new(random.Next(1, 20_000), Gas - used);
            VmExit exit = machine.Run(ref gas, host);
            used += gas.Used;
            if (exit is VmExit.Suspended suspended)
            {
                machine.Resume(suspended.Request is HostRequest.Sleep
                    ? VmAnswer.Slept.Instance
                    : new VmAnswer.Replied((ReplyStatus)random.Next(4), new byte[] { (byte)random.Next(256) }));
                continue;
            }
            if (exit is not VmExit.SliceEnded)
            {
                return;
            }
        }
    }

    /// <summary>Formulas that mostly mean something.</summary>
    private static Noun RandomFormula(Random random, int depth)
    {
        Noun Next() => RandomFormula(random, depth - 1);
        if (depth == 0)
        {
            return random.Next(3) == 0
                ? new Cell(Atom.One, RandomNoun(random, 2))
                : new Cell(Atom.Zero, Atom.Of((ulong)random.Next(8)));
        }
        Atom op = Atom.Of((ulong)random.Next(14));
        return op.Low switch
        {
            0 => new Cell(op, Atom.Of((ulong)random.Next(16))),
            1 => new Cell(op, RandomNoun(random, 2)),
            3 or 4 => new Cell(op, Next()),
            6 => Noun.Tuple(op, new Cell(Atom.Of(5), new Cell(Next(), Next())), Next(), Next()),
            9 => Noun.Tuple(op, Atom.Of((ulong)random.Next(8)), Next()),
            10 => Noun.Tuple(op, new Cell(Atom.Of((ulong)random.Next(8)), Next()), Next()),
            11 => Noun.Tuple(op, random.Next(2) == 0 ? Atom.Of(5) : new Cell(Atom.FromText("puts"), Next()), Next()),
            13 => new Cell(Next(), Next()),
            _ => Noun.Tuple(op, Next(), Next()),
        };
    }

    private static Noun RandomNoun(Random random, int depth) => depth == 0 || random.Next(3) == 0
        ? Atom.Of((ulong)random.NextInt64(random.Next(4) == 0 ? long.MaxValue : 16))
        : new Cell(RandomNoun(random, depth - 1), RandomNoun(random, depth - 1));
}
