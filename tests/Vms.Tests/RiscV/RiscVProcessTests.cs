using static Granary.Vms.RiscV.Tests.RiscVAssembly;

namespace Granary.Vms.RiscV.Tests;

/// <summary>Processes and pipes of version 2. The child's file is stored as the data of cell dep 0.</summary>
public sealed class RiscVProcessTests
{
    private const int Scratch = DataStart + 0x400;

    /// <remarks>The cycles here and below are what ckb-debugger 0.200.1 says of these two files.</remarks>
    [Fact]
    public void A_parent_waits_for_its_child_and_gets_its_exit_code()
    {
        RiscVAssembly child = new();
        child.Call(2177, child.Text("child")).Ecall(2603).Addi(A0, A0, 40).Ecall(93);
        RiscVAssembly parent = new();
        int options = parent.Longs(0, 0, Scratch, 0);
        parent.Call(2601, 0, 3, 0, 0, options);
        parent.Li(S0, Scratch).Ld(A0, 0, S0).Li(A1, Scratch + 8).Ecall(2602);
        parent.Call(2177, parent.Text("parent")).Lbu(A0, 8, S0).Ecall(93);

        RiscVMessage message = Run(parent, child);

        Assert.Equal(("exit 41", "child\nparent", 105_188), (message.End, message.Log, message.Cycles));
    }

    [Fact]
    public void Children_get_arguments_and_pipes_and_what_is_written_is_read()
    {
        RiscVMessage message = Run(EchoParent(), EchoChild());

        Assert.Equal(("exit 0", "to you", 112_108), (message.End, message.Log, message.Cycles));
    }

    [Fact]
    public void However_a_run_with_processes_is_cut_it_ends_the_same()
    {
        string whole = Run(EchoParent(), EchoChild()).Outcome;

        Assert.Equal(whole, Run(EchoParent(), EchoChild(), () => 1).Outcome);
        for (int seed = 0; seed < 4; seed++)
        {
            Random random = new(seed);
            string cut = Run(EchoParent(), EchoChild(), () => random.Next(1, 5_000)).Outcome;
            Assert.True(whole == cut, $"seed {seed}: {cut} instead of {whole}");
        }
    }

    [Fact]
    public void Every_end_of_the_messages_gas_is_the_same_however_the_run_is_cut()
    {
        long enough = Run(EchoParent(), EchoChild()).GasUsed;
        for (int seed = 0; seed < 20; seed++)
        {
            Random random = new(seed);
            long messageGas = random.NextInt64(enough);
            string whole = Run(EchoParent(), EchoChild(), messageGas: messageGas).Outcome;
            Assert.StartsWith("OutOfGas", whole, StringComparison.Ordinal);
            string cut = Run(EchoParent(), EchoChild(), () => random.Next(1, 3_000), messageGas).Outcome;
            Assert.True(whole == cut, $"seed {seed}, gas {messageGas}: {cut} instead of {whole}");
        }
    }

    [Fact]
    public void Waiting_for_what_nobody_writes_is_a_deadlock()
    {
        RiscVAssembly a = new();
        int length = a.Longs(8);
        a.Call(2604, Scratch).Li(S0, Scratch).Ld(A0, 0, S0).Li(A1, Scratch + 16).Li(A2, length).Ecall(2606).Ecall(93);

        Assert.Contains("Deadlock", Run(a, a).End, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_whose_writer_has_gone_gets_nothing()
    {
        RiscVAssembly a = new();
        int length = a.Longs(8);
        a.Call(2604, Scratch).Li(S0, Scratch).Ld(A0, 8, S0).Ecall(2608);
        a.Ld(A0, 0, S0).Li(A1, Scratch + 16).Li(A2, length).Ecall(2606).Ecall(93);

        Assert.Equal("exit 7", Run(a, a).End);
    }

    [Theory]
    [InlineData(2608, 99, "exit 6")]
    [InlineData(2606, 3, "exit 6")]
    [InlineData(2605, 2, "exit 6")]
    [InlineData(2602, 17, "exit 5")]
    [InlineData(2601, 0, "exit 1")]
    public void A_call_with_nothing_behind_its_number_says_so(int number, int argument, string end)
    {
        RiscVAssembly a = new();
        int length = a.Longs(8);
        a.Call(number, argument, number == 2601 ? 1 : Scratch, number == 2601 ? 0 : length, 0, length).Ecall(93);

        Assert.Equal(end, Run(a, a).End);
    }

    [Fact]
    public void Processes_are_limited_and_each_costs_a_memory()
    {
        // Children wait for ever: the parent's spawns stand until the limit.
        RiscVAssembly child = new();
        int length = child.Longs(8);
        child.Call(2604, Scratch).Li(S0, Scratch).Ld(A0, 0, S0).Li(A1, Scratch + 16).Li(A2, length).Ecall(2606);
        RiscVAssembly parent = new();
        int options = parent.Longs(0, 0, Scratch, 0);
        int again = parent.NewLabel();
        parent.Mark(again).Addi(S1, S1, 1).Call(2601, 0, 3, 0, 0, options).BranchIfZero(A0, again);
        parent.Addi(A0, A0, -8).BranchIfNotZero(A0, again).Mv(A0, S1).Ecall(93);

        RiscVMessage message = Run(parent, child);

        Assert.Equal($"exit {RiscVSnapshot.ProcessesFor(VmLimits.Default)}", message.End);
        Assert.True(message.GasUsed > message.Cycles + (10 * RiscVGas.NewMemory));
    }

    [Fact]
    public void Exec_goes_on_as_another_program()
    {
        RiscVAssembly next = new();
        next.Call(2177, next.Text("next")).Ecall(2603).Addi(A0, A0, 3).Ecall(93);
        RiscVAssembly first = new();
        first.Call(2177, first.Text("first")).Call(2043, 0, 3, 0, 0, 0, 0).Call(93, 99);

        RiscVMessage message = Run(first, next);

        Assert.Equal(("exit 3", "first\nnext"), (message.End, message.Log));
        Assert.Equal(message.Outcome, Run(first, next, () => 7).Outcome);
    }

    [Fact]
    public void A_child_that_is_no_program_traps()
    {
        RiscVAssembly parent = new();
        int options = parent.Longs(0, 0, Scratch, 0);
        parent.Call(2601, 0, 1, 1, 0, options).Ecall(93);

        RiscVMessage message = new(RiscVEngine.Ckb2, parent.ToElf(), "no ELF file");

        Assert.Contains("InvalidElf", message.End, StringComparison.Ordinal);
    }

    private static RiscVMessage Run(
        RiscVAssembly parent, RiscVAssembly child, Func<long>? nextSliceGas = null, long messageGas = 1L << 50)
    {
        byte[] file = child.ToElf();
        return new RiscVMessage(RiscVEngine.Ckb2, parent.ToElf(), "", h => h.Data["dep/0"u8.ToArray()] = file,
            nextSliceGas, messageGas);
    }

    /// <summary>Makes two pipes, hands one end of each to a child, writes, reads, prints what came back.</summary>
    private static RiscVAssembly EchoParent()
    {
        RiscVAssembly a = new();
        int word = a.Text("to");
        int argv = a.Longs(word);
        int ends = a.Longs(0, 0, 0);
        int options = a.Longs(1, argv, Scratch, ends);
        int text = a.Text(" you");
        int written = a.Longs(5);
        int read = a.Longs(64);
        a.Call(2604, Scratch + 16).Call(2604, Scratch + 32).Li(S0, Scratch).Li(S1, ends);
        a.Ld(A0, 16, S0).Sd(A0, 0, S1).Ld(A0, 40, S0).Sd(A0, 8, S1);
        a.Call(2601, 0, 3, 0, 0, options);
        a.Ld(A0, 24, S0).Li(A1, text).Li(A2, written).Ecall(2605);
        a.Ld(A0, 32, S0).Li(A1, Scratch + 64).Li(A2, read).Ecall(2606);
        a.Call(2177, Scratch + 64).Call(93, 0);
        return a;
    }

    /// <summary>Reads from its first end behind its argument, and writes all of it to its second end.</summary>
    private static RiscVAssembly EchoChild()
    {
        RiscVAssembly a = new();
        int count = a.Longs(2);
        int read = a.Longs(64);
        int written = a.Longs(7);
        a.Ld(S1, 8, 2).Lbu(A3, 0, S1).Lbu(A4, 1, S1).Li(S0, Scratch);
        a.Word(0x00d40023).Word(0x00e400a3);
        a.Call(2607, Scratch + 128, count);
        a.Ld(A0, 128, S0).Li(A1, Scratch + 2).Li(A2, read).Ecall(2606);
        a.Ld(A0, 136, S0).Li(A1, Scratch).Li(A2, written).Ecall(2605);
        a.Call(93, 0);
        return a;
    }
}
