using System.Globalization;
using System.Text;
using System.Text.Json;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>A world as its users see it: a genesis, and messages.</summary>
public sealed class EvmWorldTests : IDisposable
{
    /// <summary>Returns what slot 0 held, and stores the first word of its input there.</summary>
    private const string Counter = "0x60005460005260003560005560206000f3";

    private readonly EvmTestSigner _alice = new();
    private readonly TestHost _host = new(VmLimits.Default);
    private readonly IVmProgram _world;

    public EvmWorldTests()
    {
        EvmEngine engine = new();
        _world = engine.Load(engine.Languages[0].Compile($$"""
            {
              "config": { "chainId": 1337 },
              "alloc": {
                "{{_alice.Address}}": { "balance": "1000000000000" },
                "0x00000000000000000000000000000000000c0de0": { "code": "{{Counter}}", "storage": { "0x0": "0x7" } },
              }
            }
            """, VmLimits.Default), VmLimits.Default);
    }

    private static EvmAddress CounterAddress => new(0xC0DE0);

    public void Dispose() => _alice.Dispose();

    [Fact]
    public void A_transaction_runs_in_a_block_of_its_own_and_is_answered_with_its_receipt()
    {
        byte[] signed = _alice.Sign(0, CounterAddress, EvmWord.Zero, ((EvmWord)9UL).ToBytes());
        JsonElement receipt = Json(Run("runTx", Encoding.ASCII.GetBytes("0x" + Convert.ToHexString(signed) + "\n")));
        Assert.Equal("0x1", receipt.GetProperty("status").GetString());
        Assert.Equal("0x1", receipt.GetProperty("blockNumber").GetString());
        Assert.Equal(Word(7), receipt.GetProperty("output").GetString());
        Assert.Equal(_alice.Address.ToString(), receipt.GetProperty("from").GetString());
        Assert.Equal(("receipt", 1), (_host.Emits[0].Topic, _host.Emits.Count));
        JsonElement account = Json(Run("account", _alice.Address.ToBytes()));
        Assert.Equal("0x1", account.GetProperty("nonce").GetString());
        string question = $$"""{"to":"{{CounterAddress}}"}""";
        Assert.Equal(Word(9), Text(Run("call", Encoding.ASCII.GetBytes(question))));
        // What was only asked has changed nothing.
        Assert.Equal(Word(9), Text(Run("call", Encoding.ASCII.GetBytes(question))));
    }

    [Fact]
    public void What_no_block_may_hold_is_refused_by_name()
    {
        byte[] good = _alice.Sign(0, CounterAddress, EvmWord.Zero, []);
        Refuses("NonceTooHigh", _alice.Sign(1, null, EvmWord.Zero, []));
        Refuses("InvalidChainId", _alice.Sign(0, null, EvmWord.Zero, [], chainId: 1));
        Refuses("InvalidSignature", _alice.Sign(0, null, EvmWord.Zero, [], highSignature: true));
        Refuses("IntrinsicGasTooLow", _alice.Sign(0, null, EvmWord.Zero, [], gas: 30_000));
        Refuses("InsufficientAccountFunds", _alice.Sign(0, CounterAddress, EvmWord.Max, []));
        Refuses("GasAllowanceExceeded", _alice.Sign(0, null, EvmWord.Zero, [], gas: 31_000_000));
        Refuses("InitcodeSizeExceeded", _alice.Sign(0, null, EvmWord.Zero, new byte[49_153]));
        Refuses("RlpMalformed", good[..^1]);
        Refuses("TypeNotSupported", [4, .. good[1..]]);
        Refuses("hexadecimal", "0xzz"u8.ToArray());
        Run("runTx", good);
        Refuses("NonceTooLow", good);
    }

    [Fact]
    public void A_transaction_that_fails_is_in_its_block_with_the_reason()
    {
        // Jumps to nowhere.
        JsonElement receipt = Json(Run("runTx", _alice.Sign(0, null, EvmWord.Zero, [0x60, 0x07, 0x56])));
        Assert.Equal("0x0", receipt.GetProperty("status").GetString());
        Assert.Equal("InvalidJump", receipt.GetProperty("failure").GetString());
        Assert.Equal("0xf4240", receipt.GetProperty("gasUsed").GetString());
    }

    [Fact]
    public void An_unknown_entry_and_a_broken_genesis_say_what_there_is()
    {
        IVmContainer machine = _world.Start();
        machine.Enter(new VmEntry("fly", default, ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        VmExit.Trapped trapped = Assert.IsType<VmExit.Trapped>(machine.Run(ref gas, _host));
        Assert.Equal(TrapKind.NoSuchEntry, trapped.Kind);
        Assert.Contains("runTx", trapped.Site.Text, StringComparison.Ordinal);
        IVmLanguage language = new EvmEngine().Languages[0];
        string[] all = ["{", "[]", """{"allocs":{}}""", """{"alloc":{"0x12":{}}}""", """{"gasLimit":-1}"""];
        foreach (string wrong in all)
        {
            Assert.NotEmpty(Assert.Throws<SourceException>(() => language.Compile(wrong, VmLimits.Default)).What);
        }
    }

    private void Refuses(string name, byte[] payload) =>
        Assert.Contains(name, Refused(payload), StringComparison.Ordinal);

    private string Refused(byte[] payload) =>
        Encoding.UTF8.GetString(Assert.IsType<VmExit.Reverted>(RunRaw("runTx", payload)).Output.Span);

    private ReadOnlyMemory<byte> Run(string entry, byte[] payload) =>
        Assert.IsType<VmExit.Halted>(RunRaw(entry, payload)).Output;

    private VmExit RunRaw(string entry, byte[] payload)
    {
        IVmContainer machine = _world.Start();
        machine.Enter(new VmEntry(entry, payload, ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        return machine.Run(ref gas, _host);
    }

    private static JsonElement Json(ReadOnlyMemory<byte> bytes) => JsonDocument.Parse(bytes).RootElement;

    private static string Word(ulong value) => "0x" + value.ToString("x64", NumberFormatInfo.InvariantInfo);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.ASCII.GetString(bytes.Span);
}
