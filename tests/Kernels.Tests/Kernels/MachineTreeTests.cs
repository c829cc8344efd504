using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>Machines with memories in the tree: whole, cheap, and never believed.</summary>
public sealed class MachineTreeTests
{
    private static byte[] Page(byte value)
    {
        byte[] page = new byte[SnapshotFormat.PageBytes];
        page[0] = value;
        return page;
    }

    [Fact]
    public void A_memory_comes_back_and_its_zero_pages_take_no_room()
    {
        byte[] memory = [.. Page(1), .. Page(0), .. Page(3), 4, 5];
        StateTree tree = Save(StateTree.Empty, s => s.WriteMemory("ram", memory, []));
        Assert.Equal(4, tree.Range(TreeKeys.Of("vm/")).Count());
        Assert.Equal(memory, Read(tree, "ram"));

        byte[] smaller = [.. Page(1), .. Page(2)];
        tree = Save(tree, s => s.WriteMemory("ram", smaller, []));
        Assert.Equal(smaller, Read(tree, "ram"));
        Assert.Equal(Save(StateTree.Empty, s => s.WriteMemory("ram", smaller, [])).Root, tree.Root);

        tree = Save(tree, s => s.WriteMemory("ram", new byte[smaller.Length], []));
        Assert.Single(tree.Range(TreeKeys.Of("vm/")));
    }

    [Fact]
    public void Parts_that_a_later_save_leaves_out_are_gone_and_names_do_not_run_into_each_other()
    {
        StateTree tree = Save(StateTree.Empty, s =>
        {
            foreach (string name in (string[])["a", "a-b", "a1", "b"])
            {
                s.WriteSection(name, [1]);
                s.WriteMemory(name, Page(9), []);
            }
        });
        tree = Save(tree, s =>
        {
            s.WriteSection("a-b", [1]);
            s.WriteMemory("a1", Page(9), []);
        });
        Assert.Equal(["vm/a-b", "vm/a1#", "vm/a1#\0\0\0\0"],
            tree.Range(TreeKeys.Of("vm/")).Select(p => TestKernel.Text(p.Key)));
        Assert.Equal(StateTree.Empty.Root, Save(tree, _ => { }).Root);
    }

    [Fact]
    public void Strange_keys_of_a_foreign_tree_are_cleared_away()
    {
        StateTree tree = StateTree.Empty;
        foreach (byte[] key in (byte[][])[[], [0xff], [0xff, (byte)'#'], [0xff, (byte)'#', 1], [(byte)'#'],
            new byte[2045]])
        {
            tree = tree.Put([.. "vm/"u8, .. key], new byte[] { 1 });
        }
        tree = tree.Put("vn"u8, new byte[] { 1 });
        Assert.Equal(["vn"], Save(tree, _ => { }).Range(default).Select(p => TestKernel.Text(p.Key)));
    }

    [Fact]
    public void A_section_that_no_value_can_hold_is_reported_and_left_out()
    {
        MachineTreeSink sink = new(StateTree.Empty);
        sink.WriteSection("big", new byte[StateTree.ValueBytesMax + 1]);
        Assert.True(sink.TooLarge);
        Assert.Equal(StateTree.Empty.Root, sink.Finish().Root);
    }

    [Fact]
    public void A_save_touches_the_pages_that_changed_and_no_others()
    {
        MemoryNodes nodes = new();
        byte[] memory = [.. Enumerable.Range(0, 1_000).SelectMany(_ => Page(7))];
        StateTree stored = StateTree.Open(Save(StateTree.Empty, s => s.WriteMemory("ram", memory, [])).Save(nodes),
            nodes);
        ulong[] dirty = new ulong[16];
        dirty[5] = 1;
        memory[320 * SnapshotFormat.PageBytes] = 8;
        int before = nodes.Gets;

        StateTree saved = Save(stored, s => s.WriteMemory("ram", memory, dirty));

        Assert.InRange(nodes.Gets - before, 1, 40);
        Assert.Equal(memory, Read(saved, "ram"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Looking_at_a_machine_does_not_make_it_forget_its_dirty_pages(bool look)
    {
        TestKernel k = TestKernel.Make(p => p.AddCode(new EngineId("paged", 1), [1]));
        k.CallAndRun("\u0001a\u0002b");
        k.Call("\u0003c\u0001d\u0000e");
        k.Step();
        if (look)
        {
            k.Kernel.SaveMachine();
        }
        k.Step();
        k.Checkpoint();
        if (look)
        {
            k.Kernel.SaveMachine();
        }
        k.Run();
        SnapshotBuffer live = k.Kernel.SaveMachine();
        Assert.Equal("edbc", new string([.. Enumerable.Range(0, 4).Select(p => (char)live.Memories["ram"][p * 4096])]));
        k.Checkpoint();
        k.RestoreHere();
        Assert.True(live.ContentEquals(k.Kernel.SaveMachine()));
    }

    [Fact]
    public void A_written_machine_replaces_every_page_of_the_old_one()
    {
        TestKernel source = TestKernel.Make(p => p.AddCode(new EngineId("paged", 1), [1]), "source");
        source.CallAndRun("\u0001x\u0005y");
        TestKernel k = TestKernel.Make(p => p.AddCode(new EngineId("paged", 1), [1]));
        k.CallAndRun("\u0001a\u0002b\u0000c");
        k.Command(new KernelCommand.WriteMachine(KernelStatus.Idle, source.Kernel.SaveMachine()));
        Assert.True(source.Kernel.SaveMachine().ContentEquals(k.Kernel.SaveMachine()));
        k.CallAndRun("\u0007z");
        k.Checkpoint();
        k.RestoreHere();
        SnapshotBuffer machine = k.Kernel.SaveMachine();
        Assert.Equal("\0x\0\0\0y\0z",
            new string([.. Enumerable.Range(0, 8).Select(p => (char)machine.Memories["ram"][p * 4096])]));
        Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
    }

    [Fact]
    public void A_machine_that_grew_over_its_limit_undoes_the_turn()
    {
        KernelLimits limits = new() { Vm = VmLimits.Default with { SnapshotBytesMax = PagedEngine.Pages * 4096 } };
        TestKernel k = TestKernel.Make(p => p.AddCode(new EngineId("paged", 1), [1]), limits: limits);
        Assert.Equal(ReplyStatus.Ok, k.CallAndRun("\u0001x").Status);
        Assert.Equal(ReplyStatus.Trapped, k.CallAndRun("\u0002y!").Status);
        Assert.Equal((TrapKind.LimitExceeded, "saved machine"), (k.LastEnded.Trap, k.LastEnded.Site));
        Assert.Equal(0, k.Kernel.SaveMachine().Memories["ram"][2 * 4096]);
        Assert.Equal((byte)'x', k.Kernel.SaveMachine().Memories["ram"][4096]);
    }

    private static StateTree Save(StateTree tree, Action<ISnapshotSink> save)
    {
        MachineTreeSink sink = new(tree);
        save(sink);
        return sink.Finish();
    }

    private static byte[] Read(StateTree tree, string name)
    {
        MachineTreeSource source = new(tree);
        byte[] memory = new byte[source.GetMemoryBytes(name)];
        source.ReadMemory(name, memory);
        return memory;
    }
}
