using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>Instructions of Script beside a C# loop that takes the same steps.</summary>
internal sealed class ScriptBenchmark : IBenchmark
{
    private readonly IVmProgram _loop = Programs.Load(Programs.Script, """
        on start
            int n payload
        again:
            add i 1
            if i < n goto again
            halt i
        """);

    public string Name => "script";

    public string Summary => "instructions of the Script engine beside the same steps in C#";

    public async Task RunAsync(BenchmarkRun run)
    {
        long turns = run.Pick(5_000_000L, 10_000L);
        long instructions = (2 * turns) + 2;
        run.WarmUp(() => Loop(10_000), () => LoopByHand(10_000, 1));
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => Reading.Of(instructions, () => BenchmarkRun.Check(Loop(turns), turns, "the counter")),
            () => Reading.Of(instructions, () => BenchmarkRun.Check(LoopByHand(turns, 1), turns, "the counter")));
        run.Report("add, if, goto", "ns", "C# loop", readings, r => r.Nanoseconds, note: "for each instruction");
    }

    private long Loop(long turns)
    {
        IVmContainer machine = _loop.Start();
        byte[] payload = Encoding.ASCII.GetBytes(turns.ToString(NumberFormatInfo.InvariantInfo));
        machine.Enter(new VmEntry("start", payload, ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        return machine.Run(ref gas, new NullHost()) is VmExit.Halted halted
            ? long.Parse(halted.Output.Span, NumberFormatInfo.InvariantInfo)
            : -1;
    }

    /// <summary>As in <see cref="MovaBenchmark"/>: each step is counted against a limit and depends on the one before.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long LoopByHand(long turns, long amount)
    {
        long i = 0;
        long left = GasMeter.Unlimited;
        while (true)
        {
            if (left < 5)
            {
                return -1;
            }
            left -= 5;
            i = unchecked(i + amount);
            if (left < 5)
            {
                return -1;
            }
            left -= 5;
            if (i >= turns)
            {
                return i;
            }
        }
    }
}
