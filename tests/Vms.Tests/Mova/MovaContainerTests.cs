namespace Granary.Vms.Mova.Tests;

public sealed class MovaContainerTests
{
    private static readonly VmEntry Start = new("start", default, "");

    [Fact]
    public void Sleep_suspends_after_the_pointer_has_moved_on()
    {
        MovaTestRun run = new(Assemble("put 1 sleep 250 print"));

        VmExit exit = run.RunSlice(GasMeter.Unlimited, GasMeter.Unlimited);

        Assert.Equal(new VmExit.Suspended(new HostRequest.Sleep(250)), exit);
        Assert.Equal("3acc000100000001101e00000002", run.StateHex);
        run.Container.Resume(VmAnswer.Slept.Instance);
        Assert.IsType<VmExit.Halted>(run.RunSlice(GasMeter.Unlimited, GasMeter.Unlimited));
        Assert.Equal("1\n", run.Host.Printed);
    }

    [Fact]
    public void An_answer_to_something_else_than_sleep_changes_nothing()
    {
        MovaTestRun run = new(Assemble("sleep 1"));
        string before = run.StateHex;

        run.Container.Resume(VmAnswer.TimedOut.Instance);

        Assert.Equal(before, run.StateHex);
    }

    [Theory]
    [InlineData("put 1 add 2", 2)]
    [InlineData("put 1 print", 1 + 1 + 500 + 4 * 2)]
    [InlineData("put 1 add 9 print", 2 + 1 + 500 + 4 * 3)]
    [InlineData("sleep 5", 1 + 5_000 + 10)]
    [InlineData("put 1 put 2 sleep 5", 2 + 1 + 5_000 + 10 + 8)]
    [InlineData("goto 1", 1)]
    public void Gas_is_a_step_each_plus_print_plus_the_saved_bytes_of_sleep(string source, long gas)
    {
        MovaTestRun run = new(Assemble(source));

        run.RunInSlices(() => GasMeter.Unlimited, GasMeter.Unlimited);

        Assert.Equal(gas, run.GasUsed);
    }

    [Theory]
    [InlineData("put 1 print print", "OutOfGas", "ip 2, PRINT", 600)]
    [InlineData("goto 0", "OutOfGas", "ip 0, GOTO", 600)]
    [InlineData("put 1 sleep 1", "OutOfGas", "ip 1, SLEEP", 600)]
    [InlineData("put 1 goto 1", "StackOverflow", "ip 0, PUT", 600)]
    [InlineData("sleep 0 add 1", "StackUnderflow", "ip 1, ADD", 9_000)]
    [InlineData("print", "StackUnderflow", "ip 0, PRINT", 600)]
    [InlineData("put 1 .word 0x000000fe", "UndefinedInstruction", "ip 1, opcode 0xfe", 600)]
    [InlineData(".word 0x00000100", "UndefinedInstruction", "ip 0, opcode 0x00", 600)]
    public void Traps_name_kind_and_place(string source, string kind, string site, long messageGas)
    {
        MovaTestRun run = new(Assemble(source), VmLimits.Default with { StackSlotsMax = 5 });

        VmExit.Trapped trap = Assert.IsType<VmExit.Trapped>(run.RunInSlices(() => GasMeter.Unlimited, messageGas));

        Assert.Equal(kind, trap.Kind.ToString());
        Assert.Equal(site, trap.Site.Text);
        Assert.InRange(run.GasUsed, 0, messageGas);
    }

    [Fact]
    public void The_stack_holds_as_many_items_as_the_format_counts_and_no_more()
    {
        MovaTestRun run = new(Assemble("put 3 goto 1"), VmLimits.Default with { StackSlotsMax = int.MaxValue });

        VmExit.Trapped trap = Assert.IsType<VmExit.Trapped>(run.RunSlice(GasMeter.Unlimited, GasMeter.Unlimited));

        Assert.Equal(new VmExit.Trapped(TrapKind.StackOverflow, new TrapSite("ip 0, PUT")), trap);
        Assert.Equal(10 + 4 * 65_535, run.Save().Sections["state"].Length);
        Assert.Equal(2 * 65_535, run.GasUsed);
    }

    [Fact]
    public void A_stack_that_could_not_be_saved_does_not_come_to_be()
    {
        MovaTestRun run = new(Assemble("put 3 goto 1"), VmLimits.Default with { SnapshotBytesMax = 21 });

        Assert.IsType<VmExit.Trapped>(run.RunSlice(GasMeter.Unlimited, GasMeter.Unlimited));
        Assert.Equal(18, run.Save().Sections["state"].Length);
    }

    [Fact]
    public void A_print_that_the_gas_does_not_cover_costs_and_prints_nothing()
    {
        MovaTestRun run = new(Assemble("put 1 print"));

        VmExit exit = run.RunSlice(GasMeter.Unlimited, 1 + MovaGas.Print(2) - 1);

        Assert.Equal(new VmExit.Trapped(TrapKind.OutOfGas, new TrapSite("ip 1, PRINT")), exit);
        Assert.Equal(1, run.GasUsed);
        Assert.Equal("", run.Host.Printed);
    }

    [Theory]
    [InlineData(HostStatus.LimitExceeded, TrapKind.LimitExceeded)]
    [InlineData(HostStatus.OutOfGas, TrapKind.OutOfGas)]
    public void What_the_host_refuses_to_print_traps_and_costs_no_step(HostStatus status, TrapKind kind)
    {
        MovaTestRun run = new(Assemble("put 1 print"));
        run.Host.PrintStatus = status;

        VmExit exit = run.RunSlice(GasMeter.Unlimited, GasMeter.Unlimited);

        Assert.Equal(new VmExit.Trapped(kind, new TrapSite("ip 1, PRINT")), exit);
        Assert.Equal(1, run.GasUsed);
    }

    [Fact]
    public void The_lowest_number_is_printed_whole()
    {
        SnapshotBuffer from = new();
        from.WriteSection("state", new MovaState(0, new[] { int.MinValue }).ToBytes());
        MovaTestRun run = new(Assemble("print"), from: from);

        Assert.IsType<VmExit.Halted>(run.RunSlice(GasMeter.Unlimited, GasMeter.Unlimited));
        Assert.Equal("-2147483648\n", run.Host.Printed);
    }

    [Fact]
    public void A_machine_that_ended_starts_afresh()
    {
        MovaTestRun run = new(Assemble("put 4 print"));
        for (int i = 0; i < 2; i++)
        {
            run.Container.Enter(Start);
            VmExit.Halted halted = Assert.IsType<VmExit.Halted>(run.RunSlice(GasMeter.Unlimited, GasMeter.Unlimited));
            Assert.Equal(0, halted.Output.Length);
            run.Replace();
        }
        Assert.Equal("4\n4\n", run.Host.Printed);
        Assert.Equal("3acc000100000004101e00000002", run.StateHex);
    }

    [Fact]
    public void A_machine_in_the_middle_goes_on_when_it_is_started()
    {
        MovaTestRun run = new(Assemble("put 4 add 1 print"));
        run.Container.Enter(Start);
        run.RunSlice(2, GasMeter.Unlimited);
        run.Replace();

        run.Container.Enter(Start);

        Assert.IsType<VmExit.Halted>(run.RunSlice(GasMeter.Unlimited, GasMeter.Unlimited));
        Assert.Equal("5\n", run.Host.Printed);
    }

    [Fact]
    public void A_program_without_instructions_ends_at_once()
    {
        MovaTestRun run = new(ReadOnlyMemory<byte>.Empty);
        run.Container.Enter(Start);

        Assert.IsType<VmExit.Halted>(run.RunSlice(1, 0));
        Assert.Equal(0, run.GasUsed);
    }

    [Theory]
    [InlineData("stop", "entry stop")]
    [InlineData("Start", "entry Start")]
    [InlineData("a b\n\u00e9", "entry a?b??")]
    public void Another_entry_is_refused_even_after_a_restore(string name, string site)
    {
        MovaTestRun run = new(Assemble("put 4 print"));
        run.Container.Enter(new VmEntry(name, default, ""));
        run.Replace();

        VmExit exit = run.RunSlice(GasMeter.Unlimited, GasMeter.Unlimited);

        Assert.Equal(new VmExit.Trapped(TrapKind.NoSuchEntry, new TrapSite(site)), exit);
        Assert.Equal(0, run.GasUsed);
    }

    [Fact]
    public void The_entry_without_a_name_is_start()
    {
        MovaTestRun run = new(Assemble("put 4 print"));
        run.Container.Enter(new VmEntry("", new byte[] { 1, 2 }, "someone"));

        Assert.IsType<VmExit.Halted>(run.RunSlice(GasMeter.Unlimited, GasMeter.Unlimited));
        Assert.Equal(["start"], MovaTestRun.Engine.Load(Assemble("print"), VmLimits.Default).EntryPoints);
    }

    [Fact]
    public void Running_allocates_nothing_per_instruction()
    {
        MovaTestRun run = new(Assemble("put 0 add 1 goto 1"));
        run.RunSlice(10, GasMeter.Unlimited);
        long before = GC.GetAllocatedBytesForCurrentThread();

        run.RunSlice(100_000, GasMeter.Unlimited);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);
    }

    private static byte[] Assemble(string source) => new MovaAssembler().Compile(source, VmLimits.Default);
}
