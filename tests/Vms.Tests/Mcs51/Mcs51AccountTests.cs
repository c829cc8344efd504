using System.Text;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>The account model of dacrs, driven through a contract's own calls.</summary>
public sealed class Mcs51AccountTests
{
    private const string Address = "dZ7x5DoFuXsoRevyCiwhvBtCQRbBFVUzcE"; // 34 characters, nobody's
    private const string Pay = $"from {Mcs51Contract.Alice}\nheight 100000\nvalue 300";

    private readonly Mcs51Contract _contract = new(Mcs51Programs.Caller);

    [Fact]
    public void The_sender_pays_value_and_fee_and_the_contract_gets_the_value()
    {
        VmExit exit = _contract.Run("tx", $"from {Mcs51Contract.Alice}\nvalue 300\nfee 50\ndata ff01");

        Assert.StartsWith("steps ", Text(exit), StringComparison.Ordinal);
        Assert.Equal(650UL, _contract.Balance(Mcs51Contract.Alice));
        Assert.Equal(300UL, _contract.Balance(Mcs51Contract.Self));
        Assert.Equal("fees", Encoding.ASCII.GetString(_contract.Host.Data.Keys.Single(k => k[0] == 'f')));
    }

    [Fact]
    public void Who_does_not_exist_or_has_too_little_cannot_pay()
    {
        Assert.Equal("There is no account 990000000000.",
            Mcs51Contract.Reason(_contract.Run("tx", "from 990000000000\nvalue 1\ndata ff01")));
        Assert.Equal("Account 110000000700 has 1000, and value and fee are 1001.",
            Mcs51Contract.Reason(_contract.Run("tx", $"from {Mcs51Contract.Alice}\nvalue 1001\ndata ff01")));
    }

    [Fact]
    public void Outputs_move_money_from_the_contract_to_ids_and_addresses()
    {
        VmExit exit = _contract.Call(Pay, Outputs(
            Mcs51Contract.Output(Mcs51Operation.MinusFree, Mcs51Contract.Self, 120),
            Mcs51Contract.Output(Mcs51Operation.AddFree, Mcs51Contract.Bob, 100),
            Mcs51Contract.Output(Mcs51Operation.AddFree, Address, 20)));

        Assert.EndsWith($"take 2c0100000500 120\nadd 120000000800 100\nadd {Address} 20\n", Text(exit),
            StringComparison.Ordinal);
        Assert.Equal(180UL, _contract.Balance(Mcs51Contract.Self));
        Assert.Equal(100UL, _contract.Balance(Mcs51Contract.Bob));
        Assert.Equal(20UL, _contract.Balance(Address));

        _contract.Run("setup", $"account 130000000900 balance 5 address {Address}");
        Assert.Equal(25UL, _contract.Balance("130000000900"));
        Assert.Equal(25UL, _contract.Balance(Address));
    }

    [Fact]
    public void Outputs_that_do_not_add_up_or_take_from_others_are_refused()
    {
        byte[] take = Mcs51Contract.Output(Mcs51Operation.MinusFree, Mcs51Contract.Self, 120);
        Assert.Equal("The outputs add 0 and take 120.", Mcs51Contract.Reason(_contract.Call(Pay, Outputs(take))));
        Assert.Equal("A contract can take only from its own account.", Mcs51Contract.Reason(_contract.Call(Pay,
            Outputs(Mcs51Contract.Output(Mcs51Operation.MinusFree, Mcs51Contract.Alice, 120),
                Mcs51Contract.Output(Mcs51Operation.AddFree, Mcs51Contract.Bob, 120)))));
        Assert.Equal("There is no account 770000000000.", Mcs51Contract.Reason(_contract.Call(Pay,
            Outputs(take, Mcs51Contract.Output(Mcs51Operation.AddFree, "770000000000", 120)))));
        Assert.Equal("An output is of no known form.", Mcs51Contract.Reason(_contract.Call(Pay,
            Outputs(Mcs51Contract.Output(3, Mcs51Contract.Bob, 120)))));
    }

    [Fact]
    public void A_hundred_outputs_abort_the_run()
    {
        byte[] output = Mcs51Contract.Output(1, Mcs51Contract.Bob, 0);
        byte[] half = Mcs51Contract.Request([.. Enumerable.Repeat(output, 50).SelectMany(o => o)]);
        byte[] one = Mcs51Contract.Request(output);
        Mcs51Books books = new();
        Mcs51Api api = new(new Mcs51Transaction(), new byte[6], books);
        Mcs51ApiOutcome Write(byte[] request)
        {
            byte[] xdata = new byte[Mcs51State.XdataBytes];
            request.CopyTo(xdata, Mcs51Layout.Buffer);
            GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
            return api.Call(24, xdata, ref gas, _contract.Host).Outcome;
        }
        Assert.Equal(Mcs51ApiOutcome.Answered, Write(half));
        for (int i = 51; i < 100; i++)
        {
            Assert.Equal(Mcs51ApiOutcome.Answered, Write(one));
        }
        Assert.Equal(Mcs51ApiOutcome.Fatal, Write(one));
    }

    [Fact]
    public void App_accounts_hold_free_money_and_frozen_money_until_its_height()
    {
        _contract.Call(Pay, AppOperations(
            Mcs51Contract.AppOperation(Mcs51AppOperation.AddFree, "carol", 70),
            Mcs51Contract.AppOperation(Mcs51AppOperation.AddTag, "carol", 30, 100_010, "rent")));

        long Free(int height)
        {
            _contract.Call($"height {height}", (32, Mcs51Contract.Request(Mcs51Contract.AppId("carol"))));
            return Mcs51Contract.AsNumber(_contract.Answer(0));
        }
        long Frozen(int height, string tag = "rent")
        {
            byte[] asked = Mcs51Contract.AppOperation(0, "carol", 0, 100_010, tag);
            _contract.Call($"height {height}", (33, Mcs51Contract.Request(asked)));
            return Mcs51Contract.AsNumber(_contract.Answer(0));
        }
        Assert.Equal(70, Free(100_009));
        Assert.Equal(30, Frozen(100_009));
        Assert.Equal(-1, Frozen(100_009, "other"));
        Assert.Equal(100, Free(100_010));
        Assert.Equal(-1, Frozen(100_010));
        Assert.Equal(0, Mcs51Contract.AsNumber(Ask(32, Mcs51Contract.AppId("nobody"))));
    }

    [Fact]
    public void Frozen_money_is_taken_by_tag_and_height_and_never_below_zero()
    {
        _contract.Call(Pay, AppOperations(
            Mcs51Contract.AppOperation(Mcs51AppOperation.AddTag, "dave", 30, 100_010, "a"),
            Mcs51Contract.AppOperation(Mcs51AppOperation.AddTag, "dave", 12, 100_010, "a")));

        Assert.IsType<VmExit.Halted>(_contract.Call(Pay, AppOperations(
            Mcs51Contract.AppOperation(Mcs51AppOperation.SubTag, "dave", 40, 100_010, "a"))));
        Assert.Equal("App account 64617665 cannot be booked so.", Mcs51Contract.Reason(_contract.Call(Pay,
            AppOperations(Mcs51Contract.AppOperation(Mcs51AppOperation.SubTag, "dave", 3, 100_010, "a")))));
        Assert.Equal("App account 64617665 cannot be booked so.", Mcs51Contract.Reason(_contract.Call(Pay,
            AppOperations(Mcs51Contract.AppOperation(Mcs51AppOperation.SubFree, "dave", 1)))));
    }

    [Fact]
    public void Booking_costs_steps_and_negative_money_is_refused_above_its_height()
    {
        long Steps(params (int, byte[])[] calls)
        {
            string receipt = Text(_contract.Call("height 100000", calls));
            return long.Parse(receipt.Split('\n')[0][6..], System.Globalization.NumberFormatInfo.InvariantInfo);
        }
        (int, byte[]) good = AppOperations(Mcs51Contract.AppOperation(Mcs51AppOperation.AddFree, "erin", 0));
        (int, byte[]) bad = AppOperations(Mcs51Contract.AppOperation(Mcs51AppOperation.AddFree, "erin", -1));

        Assert.Equal(94, Steps(good) - Steps(bad));
    }

    [Fact]
    public void With_the_switch_on_app_accounts_gain_what_the_contract_keeps()
    {
        Mcs51Contract balanced = new(Mcs51Programs.BalancedCaller);
        (int, byte[]) add = AppOperations(Mcs51Contract.AppOperation(Mcs51AppOperation.AddFree, "x", 300));
        (int, byte[]) pay = Outputs(
            Mcs51Contract.Output(Mcs51Operation.MinusFree, Mcs51Contract.Self, 100),
            Mcs51Contract.Output(Mcs51Operation.AddFree, Mcs51Contract.Bob, 100));

        Assert.IsType<VmExit.Halted>(balanced.Call(Pay, add));
        Assert.StartsWith("The app accounts' changes are not", Mcs51Contract.Reason(balanced.Call(Pay, add, pay)),
            StringComparison.Ordinal);
        Assert.IsType<VmExit.Halted>(balanced.Call(
            $"from {Mcs51Contract.Alice}\nheight 100000\nvalue 400", add, pay));
        Assert.IsType<VmExit.Halted>(_contract.Call(Pay, add, pay));
    }

    [Fact]
    public void Accounts_blocks_and_transactions_are_what_the_messages_said()
    {
        string key = "02" + new string('7', 64);
        string hash = new('a', 64);
        _contract.Run("setup", $"account {Mcs51Contract.Bob} balance 77 key {key} address {Address}");
        byte[] bob = Convert.FromHexString(Mcs51Contract.Bob);
        byte[] address = Encoding.ASCII.GetBytes(Address);
        byte[] txHash = Convert.FromHexString(hash);

        _contract.Call(
            $"height 500\nblock 499 {new string('b', 64)}\ntx {hash} 321 {Mcs51Contract.Alice} 8001\n"
            + "other 990000000000 aa55 1234",
            (12, Mcs51Contract.Request(bob)), (12, Mcs51Contract.Request(address)), (13, Mcs51Contract.Request(bob)),
            (35, Mcs51Contract.Request(bob)), (15, Mcs51Contract.Request(Mcs51Contract.Number(499))),
            (15, Mcs51Contract.Request(Mcs51Contract.Number(500))), (10, Mcs51Contract.Request(txHash)),
            (11, Mcs51Contract.Request(txHash)), (14, Mcs51Contract.Request(txHash)),
            (30, Mcs51Contract.Request([0], txHash)),
            (25, Mcs51Contract.Request(Convert.FromHexString("990000000000"), [0xAA, 0x55])),
            (14, Mcs51Contract.Request(new byte[32])), (12, Mcs51Contract.Request(new byte[6])));

        string[] expected =
        [
            key, key, "4d00000000000000", Convert.ToHexStringLower(address), new string('b', 64), "-", "8001",
            Mcs51Contract.Alice, "41010000", "8100", "1234", "-", "-",
        ];
        Assert.Equal(expected, Enumerable.Range(0, expected.Length)
            .Select(i => _contract.Answer(i) is { } answer ? Convert.ToHexStringLower(answer) : "-"));
    }

    [Fact]
    public void Keys_can_be_walked_through_when_the_setup_allows_it()
    {
        byte[] first = Mcs51Contract.Request(Mcs51Contract.Number(0));
        byte[] afterA = Mcs51Contract.Request(Mcs51Contract.Number(1), "a"u8.ToArray());
        byte[] afterB = Mcs51Contract.Request(Mcs51Contract.Number(1), "b"u8.ToArray());
        _contract.Call("", (17, Mcs51Contract.Request("b"u8.ToArray(), [2])),
            (17, Mcs51Contract.Request("a"u8.ToArray(), [1])), (21, first));
        Assert.Null(_contract.Answer(2));

        _contract.Run("setup", "traversal on");
        _contract.Call("", (21, first), (21, afterA), (21, afterB), (20, []));
        Assert.Equal("a", Encoding.ASCII.GetString(_contract.Answer(0)!));
        Assert.Equal("b", Encoding.ASCII.GetString(_contract.Answer(1)!));
        Assert.Null(_contract.Answer(2));
        Assert.Equal(2, Mcs51Contract.AsNumber(_contract.Answer(3)));
    }

    private static (int, byte[]) Outputs(params byte[][] outputs) =>
        (24, Mcs51Contract.Request([.. outputs.SelectMany(o => o)]));

    private static (int, byte[]) AppOperations(params byte[][] operations) =>
        (34, Mcs51Contract.Request([.. operations.SelectMany(o => o)]));

    private byte[]? Ask(int method, byte[] item)
    {
        _contract.Call("height 1", (method, Mcs51Contract.Request(item)));
        return _contract.Answer(0);
    }

    private static string Text(VmExit exit) =>
        Encoding.ASCII.GetString(Assert.IsType<VmExit.Halted>(exit).Output.Span);
}
