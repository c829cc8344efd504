using System.Text.Json;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>One message of the legacy suite: code that runs without a transaction around it.</summary>
internal sealed class EvmMessageRun(EvmState state, TestHost host)
{
    /// <summary>A world under the rules of these messages.</summary>
    public static readonly IVmProgram World = new EvmEngine().Load(
        new EvmGenesis { ChainId = EvmWord.One, Revision = EvmRevision.Homestead }.Encode(), EvmTestWorld.Limits);

    public EvmState State { get; } = state;

    /// <summary>A machine that is about to run the message, as if somebody asked what a call would do.</summary>
    public IVmContainer Enter()
    {
        (State.Job.Entry, State.Job.Phase) = (EvmEntry.Call, EvmPhase.Run);
        return new EvmContainer((EvmProgram)World, State);
    }

    public static EvmMessageRun Of(JsonElement test, TestHost host)
    {
        JsonElement exec = test.GetProperty("exec");
        JsonElement env = test.GetProperty("env");
        EvmState state = new(EvmRules.Of(EvmRevision.Homestead), EvmWord.One, EvmTestWorld.Limits)
        {
            Block = new EvmBlock
            {
                Number = EvmVectorPack.Number(env, "currentNumber"),
                Timestamp = EvmVectorPack.Number(env, "currentTimestamp"),
                GasLimit = EvmVectorPack.Number(env, "currentGasLimit"),
                Coinbase = EvmVectorPack.Address(env, "currentCoinbase"),
                PrevRandao = EvmVectorPack.Word(env, "currentDifficulty"),
            },
            Origin = EvmVectorPack.Address(exec, "origin"),
            GasPrice = EvmVectorPack.Word(exec, "gasPrice"),
        };
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        EvmRun run = new(state, new EvmCodeCache(), host, ref gas);
        EvmAddress address = EvmVectorPack.Address(exec, "address");
        Assert.True(run.TryLoad(address, out int account, out _));
        byte[] data = EvmVectorPack.Bytes(exec, "data");
        byte[] code = EvmVectorPack.Bytes(exec, "code");
        state.SetInput(data);
        EvmFrame frame = state.Push();
        frame.Kind = EvmFrameKind.Transaction;
        frame.Code = new EvmCode(code, EvmKeccak.Hash(code));
        (frame.Address, frame.Account) = (address, account);
        frame.Caller = EvmVectorPack.Address(exec, "caller");
        frame.Value = EvmVectorPack.Word(exec, "value");
        frame.Gas = (long)EvmVectorPack.Number(exec, "gas");
        frame.InputLength = data.Length;
        frame.MemoryBase = data.Length;
        state.World.SetExists(account);
        return new EvmMessageRun(state, host);
    }

    public void Finish()
    {
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        EvmRun run = new(State, new EvmCodeCache(), host, ref gas);
        Assert.Equal(EvmSignal.Finished, EvmInterpreter.Run(ref run));
    }

    /// <summary>Stores what the message left behind.</summary>
    public void Write()
    {
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        EvmStore store = new(host, ref gas);
        for (int i = 0; i < State.World.Accounts.Count; i++)
        {
            int step = 0;
            while (EvmWorldWriter.WriteStep(State, store, i, ref step, out TrapKind trap))
            {
                Assert.Equal(TrapKind.None, trap);
            }
        }
    }
}
