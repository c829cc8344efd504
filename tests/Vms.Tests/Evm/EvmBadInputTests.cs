using System.Text;
using System.Text.Json;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Code and signatures that are wrong: each ends by name, and the world goes on.</summary>
public sealed class EvmBadInputTests
{
    private const string Max = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    private const string Caller = "0x00000000000000000000000000000000000ca11e";
    private const string Callee = "0x00000000000000000000000000000000000c0de0";

    [Theory]
    [InlineData("01", "StackUnderflow")]
    [InlineData("60015080", "StackUnderflow")]
    [InlineData("600056", "InvalidJump")] // to what is no JUMPDEST
    [InlineData("6001600057", "InvalidJump")]
    [InlineData("600456605b", "InvalidJump")] // into the data of a PUSH1
    [InlineData("7f" + Max + "56", "InvalidJump")]
    [InlineData("0c", "InvalidOpcode")]
    [InlineData("fe", "InvalidOpcode")]
    [InlineData("5b5f600056", "StackOverflow")] // pushes for ever
    [InlineData("60006510000000000052", "OutOfGas")] // MSTORE at a terabyte
    [InlineData("60007f" + Max + "52", "OutOfGas")]
    [InlineData("651000000000006000f3", "OutOfGas")] // returns a terabyte
    [InlineData("7f" + Max + "6000f3", "OutOfGas")]
    [InlineData("651000000000006000600037", "OutOfGas")] // CALLDATACOPY of a terabyte
    [InlineData("65100000000000600020", "OutOfGas")] // KECCAK256 of a terabyte
    [InlineData("651000000000006000600060006000305af1", "OutOfGas")] // CALL with a terabyte of output
    [InlineData("6510000000000060006000f0", "InitCodeTooLong")] // CREATE of a terabyte
    [InlineData("6001600060003e", "ReturnDataOutOfBounds")]
    [InlineData("60007f" + Max + "60003e", "ReturnDataOutOfBounds")]
    [InlineData("61c00160006000f0", "InitCodeTooLong")] // CREATE with 49,153 bytes
    [InlineData("6160016000f3", "CodeTooLong")] // returns 24,577 bytes as code
    [InlineData("60ef60005360016000f3", "CodeBeginsWithEf")]
    [InlineData("60006000fd", "Reverted")]
    public void A_creation_that_fails_says_why(string code, string failure)
    {
        using EvmTestSigner alice = new();
        TestHost host = new(VmLimits.Default);
        IVmProgram world = World($$"""{ "{{alice.Address}}": { "balance": "1000000000000" } }""");
        byte[] signed = alice.Sign(0, null, EvmWord.Zero, Convert.FromHexString(code), gas: 10_000_000);
        VmExit.Halted halted = Assert.IsType<VmExit.Halted>(Run(world, host, "runTx", signed));
        JsonElement receipt = JsonSerializer.Deserialize<JsonElement>(halted.Output.Span);
        Assert.Equal("0x0", receipt.GetProperty("status").GetString());
        Assert.Equal(failure, receipt.GetProperty("failure").GetString());
        // The nonce has counted.
        signed = alice.Sign(1, alice.Address, EvmWord.One, []);
        Assert.IsType<VmExit.Halted>(Run(world, host, "runTx", signed));
    }

    [Theory]
    [InlineData("600160005500", 1)] // SSTORE
    [InlineData("600160005d00", 1)] // TSTORE
    [InlineData("60006000a000", 1)] // LOG0
    [InlineData("600060006000f000", 1)] // CREATE
    [InlineData("6000600060006000f500", 1)] // CREATE2
    [InlineData("60006000600060006001305af100", 1)] // CALL with a value
    [InlineData("6000ff", 1)] // SELFDESTRUCT
    [InlineData("60005400", 0)] // SLOAD
    public void What_changes_the_world_fails_in_a_static_call(string callee, int violations)
    {
        // Calls and returns whether that went well: as a call it does, as a static call only what reads.
        string asked = "6000600060006000620c0de05afa60005260206000f3";
        string plain = "60006000600060006000620c0de05af160005260206000f3";
        foreach ((string caller, bool good) in new[] { (asked, violations == 0), (plain, true) })
        {
            IVmProgram world = World($$"""
                { "{{Caller}}": { "code": "0x{{caller}}" },
                  "{{Callee}}": { "code": "0x{{callee}}", "balance": "5" } }
                """);
            byte[] question = Encoding.ASCII.GetBytes($$"""{"to":"{{Caller}}","gas":"0xf4240"}""");
            VmExit.Halted halted = Assert.IsType<VmExit.Halted>(
                Run(world, new TestHost(VmLimits.Default), "call", question));
            Assert.Equal(good ? "1" : "0", Encoding.ASCII.GetString(halted.Output.Span)[^1..]);
        }
    }

    [Fact]
    public void Calls_end_at_a_depth_of_1024()
    {
        // Counts itself in slot 0, calls itself and returns the count. Under the first rules all gas can be passed on.
        string code = "60005460010160005560006000600060006000306127105a03f15060005460005260206000f3";
        IVmProgram world = World($$"""{ "{{Callee}}": { "code": "0x{{code}}" } }""", "homestead");
        byte[] question = Encoding.ASCII.GetBytes($$"""{"to":"{{Callee}}"}""");
        VmExit.Halted halted = Assert.IsType<VmExit.Halted>(
            Run(world, new TestHost(VmLimits.Default), "call", question));
        // 1,025: the outermost one is at depth 0.
        Assert.EndsWith("0401", Encoding.ASCII.GetString(halted.Output.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_that_no_key_can_have_made_is_refused()
    {
        using EvmTestSigner alice = new();
        byte[] signed = alice.Sign(0, alice.Address, EvmWord.Zero, []);
        // The last number is s, of 32 bytes; the one before it r, which becomes larger than the curve's order.
        signed.AsSpan(signed.Length - 65, 32).Fill(0xff);
        TestHost host = new(VmLimits.Default);
        VmExit.Reverted reverted = Assert.IsType<VmExit.Reverted>(Run(World("{}"), host, "runTx", signed));
        Assert.Contains("InvalidSignature", Encoding.UTF8.GetString(reverted.Output.Span), StringComparison.Ordinal);
    }

    private static IVmProgram World(string accounts, string rules = "cancun")
    {
        EvmEngine engine = new();
        return engine.Load(engine.Languages[0].Compile($$"""
            { "config": { "chainId": 1337, "rules": "{{rules}}" }, "gasLimit": "30000000", "alloc": {{accounts}} }
            """, VmLimits.Default), VmLimits.Default);
    }

    private static VmExit Run(IVmProgram world, TestHost host, string entry, byte[] payload)
    {
        IVmContainer machine = world.Start();
        machine.Enter(new VmEntry(entry, payload, ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        return machine.Run(ref gas, host);
    }
}
