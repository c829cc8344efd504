using System.Globalization;
using System.Runtime.CompilerServices;
using Granary.Vms;
using Granary.Vms.Mova;

namespace Granary.Benchmarks;

/// <summary>Instructions of Mova beside a C# loop that takes the same steps.</summary>
/// <remarks>
/// The loops by hand count every step against a limit, as the machine does, and depend on an argument and on their last
/// value, so that the compiler can neither fold nor skip them; their result is compared with the machine's. Mova has no
/// conditional jump, so a loop inside a loop cannot be written in it: the second program prints in its loop instead.
/// </remarks>
internal sealed class MovaBenchmark : IBenchmark
{
    private const int LineBytesMax = 12;

    private readonly IVmProgram _count = Programs.Load(Programs.Mova, "put 0 add 1 goto 1");
    private readonly IVmProgram _print = Programs.Load(Programs.Mova, "put 0 add 1 print goto 2");

    public string Name => "mova";

    public string Summary => "instructions of the Mova engine beside the same steps in C#";

    public async Task RunAsync(BenchmarkRun run)
    {
        long steps = run.Pick(100_000_000L, 100_000L);
        run.WarmUp(() => Count(100_000), () => CountByHand(100_000, 1));
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => Reading.Of(steps, () => BenchmarkRun.Check(Count(steps), (int)(steps / 2), "the counter")),
            () => Reading.Of(steps, () => BenchmarkRun.Check(CountByHand(steps, 1), (int)(steps / 2), "the sum")));
        run.Report("put 0 add 1 goto 1", "M/s", "C# loop", readings, r => r.PerSecond / 1e6);

        int prints = run.Pick(2_000_000, 2_000);
        long instructions = 1 + (3L * prints);
        run.WarmUp(() => Print(2_000), () => PrintByHand(2_000, 1));
        readings = await run.PairAsync(
            () => Reading.Of(instructions, () => BenchmarkRun.Check(Print(prints), LinesBytes(prints), "the output")),
            () => Reading.Of(
                instructions, () => BenchmarkRun.Check(PrintByHand(prints, 1), LinesBytes(prints), "the output")));
        run.Report("put 0 add 1 print goto 2", "M/s", "C# loop with print", readings, r => r.PerSecond / 1e6);
    }

    private int Count(long steps)
    {
        IVmContainer machine = _count.Start();
        machine.Enter(default(VmEntry) with { Name = "start" });
        GasMeter gas = new(steps, GasMeter.Unlimited);
        BenchmarkRun.Check(machine.Run(ref gas, new NullHost()), VmExit.SliceEnded.Instance, "the exit");
        BenchmarkRun.Check(gas.Used, steps, "the gas");
        return Top(machine);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int CountByHand(long steps, int amount)
    {
        int top = 0;
        long left = steps - 1;
        while (left > 0)
        {
            top = unchecked(top + amount);
            left--;
            if (left <= 0)
            {
                break;
            }
            left--;
        }
        return top;
    }

    /// <summary>Runs until so many lines are printed; the message's gas covers exactly those.</summary>
    private long Print(int prints)
    {
        NullHost host = new();
        IVmContainer machine = _print.Start();
        machine.Enter(default(VmEntry) with { Name = "start" });
        long lines = LinesBytes(prints);
        GasMeter gas = new(GasMeter.Unlimited, 1 + (3L * prints) + (prints * GasSchedule.Print(0)) + (4 * lines));
        VmExit exit = machine.Run(ref gas, host);
        BenchmarkRun.Check((exit as VmExit.Trapped)?.Kind, TrapKind.OutOfGas, "the exit");
        BenchmarkRun.Check(host.Prints, prints, "the count of lines");
        return host.PrintedBytes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long PrintByHand(int prints, int amount)
    {
        NullHost host = new();
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        Span<byte> text = stackalloc byte[LineBytesMax];
        int top = 0;
        for (int left = prints; left > 0; left--)
        {
            top = unchecked(top + amount);
            top.TryFormat(text, out int length, default, NumberFormatInfo.InvariantInfo);
            text[length++] = (byte)'\n';
            host.Print(text[..length], ref gas);
        }
        return host.PrintedBytes;
    }

    /// <summary>The size of the lines 1 to <paramref name="last"/>.</summary>
    private static long LinesBytes(int last)
    {
        long bytes = 0;
        for (long first = 1, digits = 1; first <= last; first *= 10, digits++)
        {
            bytes += (Math.Min(last, (first * 10) - 1) - first + 1) * (digits + 1);
        }
        return bytes;
    }

    private static int Top(IVmContainer machine)
    {
        SnapshotBuffer saved = new();
        machine.Save(saved);
        return MovaState.Parse(saved.Sections[MovaState.SectionName], topFirst: false).Stack.Span[^1];
    }
}
