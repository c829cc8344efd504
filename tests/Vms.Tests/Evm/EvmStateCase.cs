using System.Text;
using System.Text.Json;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>One case of a state test: a world, a block, a signed transaction, and what must come of it.</summary>
internal sealed class EvmStateCase(JsonElement test, JsonElement post)
{
    public static readonly IVmProgram World = new EvmEngine().Load(
        new EvmGenesis { ChainId = EvmWord.One, Revision = EvmRevision.Cancun }.Encode(), EvmTestWorld.Limits);

    /// <summary>Whether no block may hold the transaction.</summary>
    public bool IsRefused => post.TryGetProperty("expectException", out _);

    public TestHost Host => field ??= MakeHost(test);

    public static EvmStateCase Load(string group, string pack, string file, string name, int index)
    {
        JsonElement test = EvmVectorPack.Open(group, pack).GetProperty(file).GetProperty(name);
        return new EvmStateCase(test, test.GetProperty("post").GetProperty("Cancun")[index]);
    }

    /// <summary>A machine that is about to handle the transaction.</summary>
    public IVmContainer Enter()
    {
        JsonElement env = test.GetProperty("env");
        EvmBlock block = new()
        {
            Number = EvmVectorPack.Number(env, "currentNumber"),
            Timestamp = EvmVectorPack.Number(env, "currentTimestamp"),
            Coinbase = EvmVectorPack.Address(env, "currentCoinbase"),
            GasLimit = EvmVectorPack.Number(env, "currentGasLimit"),
            BaseFee = EvmVectorPack.Word(env, "currentBaseFee"),
            PrevRandao = EvmVectorPack.Word(env, "currentRandom"),
            ExcessBlobGas = EvmVectorPack.Number(env, "currentExcessBlobGas"),
        };
        IVmContainer machine = World.Start();
        machine.Enter(new VmEntry("runTx", EvmTestWorld.Payload(block, EvmVectorPack.Bytes(post, "txbytes")), ""));
        return machine;
    }

    public void Check()
    {
        IVmContainer machine = Enter();
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        CheckExit(machine.Run(ref gas, Host));
    }

    public void CheckExit(VmExit exit)
    {
        if (post.TryGetProperty("expectException", out JsonElement expected))
        {
            string text = Encoding.UTF8.GetString(Assert.IsType<VmExit.Reverted>(exit).Output.Span);
            string name = text.Split(": ")[1];
            Assert.Contains(name, expected.GetString()!.Split('|').Select(PascalCase));
        }
        else
        {
            Assert.True(exit is VmExit.Halted, Show(exit));
        }
        Assert.Equal(EvmVectorPack.Word(post, "logs"), LogsHash());
        Assert.Equal(post.GetProperty("hash").GetString(), Root(Host));
    }

    /// <summary>The state root of what a host has stored, as the engine answers it.</summary>
    public static string Root(TestHost host)
    {
        IVmContainer machine = World.Start();
        machine.Enter(new VmEntry("stateRoot", default, ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        return Encoding.ASCII.GetString(Assert.IsType<VmExit.Halted>(machine.Run(ref gas, host)).Output.Span);
    }

    public static string Show(VmExit exit) => exit switch
    {
        VmExit.Halted halted => "halted " + Encoding.UTF8.GetString(halted.Output.Span),
        VmExit.Reverted reverted => "reverted " + Encoding.UTF8.GetString(reverted.Output.Span),
        _ => exit.ToString(),
    };

    private static TestHost MakeHost(JsonElement test)
    {
        TestHost host = EvmTestWorld.HostOf(test.GetProperty("pre"));
        host.Data["head"u8.ToArray()] = EvmHeads.Encode(default);
        return host;
    }

    /// <summary>From the receipt, as a client would compute it.</summary>
    private EvmWord LogsHash()
    {
        List<EvmLog> logs = [];
        foreach ((_, byte[] payload) in Host.Emits)
        {
            using JsonDocument receipt = JsonDocument.Parse(payload);
            foreach (JsonElement log in receipt.RootElement.GetProperty("logs").EnumerateArray())
            {
                logs.Add(new EvmLog(
                    EvmVectorPack.Address(log, "address"),
                    [.. log.GetProperty("topics").EnumerateArray().Select(t => EvmVectorPack.Word(t.GetString()!))],
                    EvmVectorPack.Bytes(log, "data")));
            }
        }
        return EvmReceipts.LogsHash(logs);
    }

    /// <summary>TransactionException.NONCE_IS_MAX is NonceIsMax here.</summary>
    private static string PascalCase(string name) => string.Concat(
        name.Split('.')[1].Split('_').Select(w => char.ToUpperInvariant(w[0]) + w[1..].ToLowerInvariant()));
}
