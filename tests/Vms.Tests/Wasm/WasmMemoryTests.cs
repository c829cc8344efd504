using System.Numerics;

namespace Granary.Vms.Tests.Wasm;

/// <summary>Linear memory as saved pages.</summary>
public sealed class WasmMemoryTests
{
    private const string Writer = """
        (module
          (memory 1024)
          (func (export "one") (i32.store (i32.const 40000000) (i32.const 1)))
          (func (export "across") (i64.store (i32.const 8191) (i64.const -1)))
          (func (export "fill") (memory.fill (i32.const 4096) (i32.const 7) (i32.const 12288)))
          (func (export "grow") (drop (memory.grow (i32.const 1)))))
        """;

    [WatTheory]
    [InlineData("one", 9_765L, false)]
    [InlineData("one", 9_765L, true)]
    [InlineData("across", 1L, false)]
    [InlineData("across", 1L, true)]
    public void Of_64_MiB_a_write_names_its_page_and_the_one_behind(string entry, long page, bool compiled)
    {
        DirtyPages saved = AfterFirstSave(entry, compiled);

        Assert.Equal([page, page + 1], saved.Pages);
    }

    [WatFact]
    public void Bulk_writes_name_all_their_pages() =>
        Assert.Equal([1, 2, 3, 4], AfterFirstSave("fill", compiled: false).Pages);

    [WatFact]
    public void A_message_that_writes_nothing_names_no_page() =>
        Assert.Empty(AfterFirstSave("grow", compiled: false).Pages);

    [WatFact]
    public void A_commit_costs_what_it_wrote()
    {
        long one = GasOf("one");
        long fill = GasOf("fill");

        // Three more pages than none, against one more.
        Assert.InRange(fill - one, 2 * 4_096, 2 * 4_096 + 3_000);
    }

    private static long GasOf(string entry)
    {
        IVmContainer machine = Program(compiled: false).Start();
        machine.Enter(new VmEntry(entry, default, ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        Assert.IsType<VmExit.Halted>(machine.Run(ref gas, new TestHost(VmLimits.Default)));
        return gas.Used;
    }

    private static IVmProgram Program(bool compiled) => WasmRun.Load(
        Writer, compiled, VmLimits.Default with { SnapshotBytesMax = 128 << 20 });

    private static DirtyPages AfterFirstSave(string entry, bool compiled)
    {
        IVmContainer machine = Program(compiled).Start();
        machine.Save(new DirtyPages());
        machine.Enter(new VmEntry(entry, default, ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        Assert.IsType<VmExit.Halted>(machine.Run(ref gas, new TestHost(VmLimits.Default)));
        DirtyPages saved = new();
        machine.Save(saved);
        return saved;
    }

    private sealed class DirtyPages : ISnapshotSink
    {
        public List<long> Pages { get; } = [];

        public void WriteSection(string name, ReadOnlySpan<byte> content)
        {
            // Only pages are of interest.
        }

        public void WriteMemory(string name, ReadOnlySpan<byte> memory, ReadOnlySpan<ulong> dirty)
        {
            for (int i = 0; i < dirty.Length; i++)
            {
                for (ulong word = dirty[i]; word != 0; word &= word - 1)
                {
                    Pages.Add(64L * i + BitOperations.TrailingZeroCount(word));
                }
            }
        }
    }
}
