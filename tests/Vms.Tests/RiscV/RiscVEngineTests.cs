namespace Granary.Vms.RiscV.Tests;

public sealed class RiscVEngineTests
{
    private static readonly Lazy<Dictionary<string, RiscVProgramVector>> _cPrograms =
        RiscVVectorFiles.Lines<RiscVProgramVector>("c_programs.jsonl", v => v.Id);

    private static byte[] Fibrec =>
        _cPrograms.Value.Values.First(v => v.Id.StartsWith("c-fibrec", default)).Elf;

    [Fact]
    public void A_message_for_an_unknown_entry_traps()
    {
        IVmContainer container = RiscVEngine.Ckb1.Load(Fibrec, VmLimits.Default).Start();
        container.Enter(new VmEntry("steal me", default, ""));

        VmExit.Trapped trap = Assert.IsType<VmExit.Trapped>(new RiscVHostRun().Run(container, 1_000, 1_000));

        Assert.Equal((TrapKind.NoSuchEntry, "entry steal?me"), (trap.Kind, trap.Site.Text));
    }

    [Fact]
    public void Arguments_that_do_not_fit_the_stack_trap()
    {
        byte[] payload = new byte[VmLimits.Default.PayloadBytesMax];
        payload.AsSpan().Fill((byte)'x');
        IVmContainer container = RiscVEngine.Ckb1.Load(Fibrec, VmLimits.Default).Start();
        container.Enter(new VmEntry("args", payload, ""));

        VmExit.Trapped trap = Assert.IsType<VmExit.Trapped>(new RiscVHostRun().Run(container, 1_000, 1_000));

        Assert.Equal(TrapKind.StackOverflow, trap.Kind);
    }

    [Fact]
    public void A_machine_that_has_ended_keeps_nothing()
    {
        RiscVTestRun run = new(RiscVEngine.Ckb1, Fibrec, []);
        run.Run();

        SnapshotBuffer saved = run.Save();

        Assert.Empty(saved.Memories);
        Assert.True(saved.Sections.Values.Sum(s => s.Length) < 100);
    }

    [Fact]
    public void Each_message_starts_the_program_afresh()
    {
        IVmContainer container = RiscVEngine.Ckb1.Load(Fibrec, VmLimits.Default).Start();
        List<long> gas = [];
        for (int message = 0; message < 2; message++)
        {
            container.Enter(new VmEntry("main", default, ""));
            RiscVHostRun run = new();
            Assert.IsType<VmExit.Reverted>(run.Run(container, GasMeter.Unlimited, GasMeter.Unlimited));
            gas.Add(run.GasUsed);
        }
        Assert.Equal(gas[0], gas[1]);
    }

    [Fact]
    public void The_saved_machine_is_described_by_register()
    {
        RiscVTestRun run = new(RiscVEngine.Ckb1, Fibrec, []);
        Assert.IsType<VmExit.SliceEnded>(run.Run(sliceGas: 2_000));

        string text = RiscVEngine.Ckb1.Describe(run.Save());

        Assert.Contains($"x2 sp 0x{run.Hart!.X[2]:x}\n", text, StringComparison.Ordinal);
        Assert.Contains($"pc 0x{run.Hart.Pc:x}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_disassembler_names_every_instruction_of_the_loop()
    {
        string text = RiscVEngine.Ckb1.Disassemble(Fibrec);

        Assert.StartsWith("# entry 0x", text, StringComparison.Ordinal);
        Assert.Contains("ecall", text, StringComparison.Ordinal);
        Assert.Contains("(sp)", text, StringComparison.Ordinal);
        Assert.Contains("# not loadable: ElfParseError", RiscVEngine.Ckb1.Disassemble("MZ"u8.ToArray()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Code_over_the_limit_is_refused()
    {
        InvalidCodeException e = Assert.Throws<InvalidCodeException>(
            () => RiscVEngine.Ckb1.Load(Fibrec, VmLimits.Default with { CodeBytesMax = 100 }));
        Assert.Contains("at most 100", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<InvalidCodeException>(
            () => RiscVEngine.Ckb1.Load(Fibrec, VmLimits.Default with { SnapshotBytesMax = 1 << 20 }));
        Assert.Contains("MemOutOfBound", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_with_other_code_is_refused()
    {
        RiscVTestRun run = new(RiscVEngine.Ckb1, Fibrec, []);
        run.Run(sliceGas: 2_000);
        SnapshotBuffer saved = run.Save();
        saved.Memories["memory"][0x10100] ^= 1;

        SnapshotFormatException e = Assert.Throws<SnapshotFormatException>(
            () => RiscVEngine.Ckb1.Load(Fibrec, VmLimits.Default).Restore(saved));

        Assert.Contains("other code", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_instruction_has_a_name_and_a_price()
    {
        foreach (RiscVOp op in Enum.GetValues<RiscVOp>())
        {
            RiscVOpInfo info = RiscVOpcodes.Info(op);
            Assert.False(string.IsNullOrEmpty(info.Name), $"{op} has no name.");
            Assert.Equal(info.Extension == RiscVExtension.None, RiscVOpcodes.Cycles(op) == 0);
        }
    }
}
