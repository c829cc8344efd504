using System.Globalization;
using System.Text;
using Granary.Vms.Tests;

namespace Granary.Vms.Mcs51.Tests;

public sealed class Mcs51DacrsContainerTests
{
    private static readonly Mcs51DacrsEngine s_engine = new();
    private static readonly IVmProgram s_caller = s_engine.Load(Mcs51Programs.Caller, VmLimits.Default);

    [Theory]
    [InlineData("", "The image is empty. (at offset 0)")]
    [InlineData("80fe", "A contract begins with LJMP (02), not with 80. (at offset 0)")]
    [InlineData("3a30", "A contract begins with LJMP (02), not with 3a. This looks like Intel HEX: name the file "
        + ".dacrs. (at offset 0)")]
    [InlineData("020067", "A contract has its gates at 0008 and 0012; these 3 bytes end before. (at offset 3)")]
    [InlineData("0200670000020200222200000000000000002222" + "02", "From version 00 02 02 on the balance switch is 00 "
        + "or 01, not 02. (at offset 20)")]
    public void Images_that_are_no_contracts_are_refused(string hex, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidCodeException>(
            () => s_engine.Load(Convert.FromHexString(hex), VmLimits.Default)).Message);

    [Fact]
    public void Before_version_00_02_02_the_switch_may_be_anything() =>
        Assert.NotNull(s_engine.Load(
            Convert.FromHexString("02006700" + "000201" + "00222200000000000000002222" + "77"), VmLimits.Default));

    [Fact]
    public void An_image_over_64_KiB_is_refused() =>
        Assert.Throws<InvalidCodeException>(() => s_engine.Load(new byte[65_537], VmLimits.Default));

    [Theory]
    [InlineData("data zz", "Line 1: 'data' wants hexadecimal digits, not 'zz'.")]
    [InlineData("height 1\nheight 2", "Line 2: 'height' is there twice.")]
    [InlineData("data 00\ntext x", "Line 2: 'text' is there twice.")]
    [InlineData("from 11", "Line 1: 'from' wants 6 bytes in hexadecimal, not '11'.")]
    [InlineData("steps -1", "Line 1: 'steps' wants a number of at most 9223372036854775807, not '-1'.")]
    [InlineData("# nothing\nvalue", "Line 2: 'value' lacks a value.")]
    [InlineData("colour red", "Line 1: 'colour' is no word of a transaction.")]
    [InlineData("value 1", "Somebody must pay value and fee: 'from' is missing.")]
    [InlineData("from 110000000700\nfee 10000\nrate 1", "A fee of 10000 or less buys no steps.")]
    [InlineData("steps 1\nfrom 110000000700\nfee 20000\nrate 1",
        "Steps are either given ('steps') or bought ('fee' and 'rate').")]
    public void A_message_that_cannot_be_used_is_reverted_with_its_line(string text, string reason) =>
        Assert.Equal(reason, Mcs51Contract.Reason(new Mcs51Contract(Mcs51Programs.Caller).Run("tx", text)));

    [Fact]
    public void Bytes_that_are_no_text_and_data_that_is_too_long_are_reverted()
    {
        Mcs51TestRun run = new(s_caller, new VmEntry("tx", new byte[] { 0xFF, 0xFE }, ""));
        Assert.Equal("The message is not UTF-8 text.", Mcs51Contract.Reason(run.RunSlice(100_000, 100_000)));
        string data = new('0', 2 * 4_096);
        Assert.Equal("Line 1: 'data' has 4096 bytes, at most 4095 fit.",
            Mcs51Contract.Reason(new Mcs51Contract(Mcs51Programs.Caller).Run("tx", $"data {data}")));
    }

    [Fact]
    public void Only_a_client_can_set_up() =>
        Assert.Equal("Only a client can set up a contract, not another kernel.",
            Mcs51Contract.Reason(new Mcs51Contract(Mcs51Programs.Caller).Run("setup", "traversal on", "other")));

    [Fact]
    public void A_fee_buys_a_hundred_steps_for_each_rate_up_to_the_most_there_are()
    {
        Assert.Equal(200, Limit("from 110000000700\nfee 10299\nrate 100"));
        Assert.Equal(12_000_000, Limit("from 110000000700\nfee 9223372036854775807\nrate 1"));
        Assert.Equal(12_000_000, Limit("steps 99999999999"));
        Assert.Equal(0, Limit("from 110000000700\nfee 10001\nrate 2"));
    }

    [Fact]
    public void Deleting_gives_steps_back()
    {
        Mcs51Contract contract = new(Mcs51Programs.Caller);
        byte[] key = Mcs51Contract.Request([1]);
        byte[] write = Mcs51Contract.Request([1], new byte[200]);
        Assert.IsType<VmExit.Halted>(contract.Call("", (17, write)));
        long before = Steps(contract.Call("", (19, key)));
        Assert.Equal(-201, Steps(contract.Call("", (18, key))) - before);
    }

    [Theory]
    [InlineData(36)]
    [InlineData(255)]
    public void A_method_that_there_is_not_traps(int method)
    {
        Mcs51Contract contract = new(Mcs51Programs.Caller);
        VmExit exit = method == 255
            ? contract.Run("tx", "data 24000000ff01")
            : contract.Call("", (method, []));
        VmExit.Trapped trapped = Assert.IsType<VmExit.Trapped>(exit);
        Assert.Equal(TrapKind.BadOperand, trapped.Kind);
        Assert.Equal("pc 0012, api 36", trapped.Site.Text);
    }

    [Fact]
    public void A_key_over_the_limit_of_the_state_tree_traps()
    {
        byte[] code = Mcs51Programs.Caller;
        TestHost host = new(VmLimits.Default with { KeyBytesMax = 20 });
        IVmContainer machine = s_engine.Load(code, VmLimits.Default).Start();
        string data = Mcs51Contract.Data((19, Mcs51Contract.Request(new byte[60])));
        machine.Enter(new VmEntry("tx", Encoding.ASCII.GetBytes($"data {data}"), ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);

        Assert.Equal(TrapKind.LimitExceeded, Assert.IsType<VmExit.Trapped>(machine.Run(ref gas, host)).Kind);
    }

    [Fact]
    public void The_reserved_opcode_stays_where_it_is_until_the_gas_or_the_steps_end()
    {
        byte[] code = Convert.FromHexString(
            "020015" + "00000000" + "00" + "2222" + "0000000000000000" + "2222" + "00" + "a5");
        IVmProgram program = s_engine.Load(code, VmLimits.Default);
        Mcs51TestRun byGas = new(program, new VmEntry("tx", default, ""));
        Mcs51TestRun bySteps = new(program, new VmEntry("tx", "steps 5000"u8.ToArray(), ""));

        Assert.Equal("pc 0015, opcode a5", Assert.IsType<VmExit.Trapped>(byGas.RunSlice(19_000, 9_000)).Site.Text);
        Assert.Equal("pc 0015, 5000 of 5000 steps",
            Assert.IsType<VmExit.Trapped>(bySteps.RunSlice(99_001, 99_000)).Site.Text);
    }

    [Fact]
    public void What_it_prints_is_output()
    {
        Mcs51Contract contract = new(Mcs51Programs.Caller);
        contract.Call("",
            (9, Mcs51Contract.Request([0], "hello"u8.ToArray())), (9, Mcs51Contract.Request([1], [0xAB])));
        Assert.Equal(["hello\n", "ab\n"], contract.Host.Prints.Select(Encoding.ASCII.GetString));
    }

    [Fact]
    public void Each_message_is_answered_from_its_own_transaction()
    {
        IVmContainer machine = s_caller.Start();
        TestHost host = new(VmLimits.Default);
        foreach (int height in (int[])[5, 6])
        {
            string data = Mcs51Contract.Data((16, []));
            machine.Enter(new VmEntry("tx", Encoding.ASCII.GetBytes($"height {height}\ndata {data}"), ""));
            GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
            Assert.IsType<VmExit.Halted>(machine.Run(ref gas, host));
            Mcs51State state = ((Mcs51Container)machine).State;
            Assert.Equal(height, state.Xdata[0x8002]);
        }
    }

    [Fact]
    public void Between_messages_nothing_of_the_machine_is_kept()
    {
        Mcs51TestRun run = new(s_caller, new VmEntry("tx", "data ff01"u8.ToArray(), ""));
        Assert.IsType<VmExit.Halted>(run.Run(() => 1_000, 1_000_000));
        SnapshotBuffer saved = run.Save();
        Assert.Equal(["run"], saved.Sections.Keys);
        Assert.Empty(saved.Memories);
    }

    private static long Steps(VmExit exit)
    {
        string receipt = Encoding.ASCII.GetString(Assert.IsType<VmExit.Halted>(exit).Output.Span);
        return long.Parse(receipt.Split('\n')[0][6..], NumberFormatInfo.InvariantInfo);
    }

    private static long Limit(string text) => Mcs51TransactionText.Parse(Encoding.ASCII.GetBytes(text)).StepLimit;
}
