using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>A random program and how it ends here, in the form that <c>peer/compare.mjs</c> reads.</summary>
internal static class EvmPeerProgram
{
    private static readonly EvmAddress _caller = new(0xCA11E4);

    public static object Make(int seed)
    {
        Random random = new(seed);
        TestHost host = new(EvmTestWorld.Limits);
        List<EvmGenesisAccount> contracts = EvmRandomCode.Populate(host, random);
        byte[] data = new byte[random.Next(70)];
        random.NextBytes(data);
        long gas = random.Next(1_000, 200_000);
        EvmState state = Run(host, data, gas);
        return new
        {
            seed, caller = _caller.ToString(), gas, data = Hex(data),
            contracts = contracts.Select(Show),
            expect = Outcome(state, contracts, gas),
        };
    }

    /// <summary>An account as the peers read it.</summary>
    public static object Show(EvmGenesisAccount account) => new
    {
        address = account.Address.ToString(), balance = account.Balance.ToString(), nonce = account.Nonce,
        code = Hex(account.Code),
        storage = account.Slots.ToDictionary(s => s.Key.ToString(), s => Hex(s.Value.ToMinimalBytes())),
    };

    private static object Outcome(EvmState state, List<EvmGenesisAccount> contracts, long gas)
    {
        SortedDictionary<string, SortedDictionary<string, string>> storage = new(StringComparer.Ordinal);
        foreach (EvmGenesisAccount contract in contracts)
        {
            int index = state.World.Find(contract.Address);
            if (index >= 0 && state.World.Accounts[index].Slots.Count > 0)
            {
                storage[contract.Address.ToString()] = new(
                    state.World.Accounts[index].Slots.ToDictionary(s => s.Key.ToString(), s => s.Value.ToString()),
                    StringComparer.Ordinal);
            }
        }
        string failure = state.Outcome switch
        {
            EvmFailure.None => "None",
            EvmFailure.Reverted => "Reverted",
            _ => "Failed",
        };
        return new
        {
            failure, gasUsed = (gas - state.OutcomeGas).ToString(System.Globalization.NumberFormatInfo.InvariantInfo),
            output = Hex(state.ReturnData), logs = state.Logs.Count, storage,
        };
    }

    private static EvmState Run(TestHost host, byte[] data, long gas)
    {
        EvmState state = new(EvmRules.Of(EvmRevision.Cancun), EvmWord.One, EvmTestWorld.Limits)
        {
            Block = new EvmBlock
            {
                Number = 1, Timestamp = 1_000, GasLimit = 30_000_000, BaseFee = 10, PrevRandao = 7,
            },
            Origin = _caller,
        };
        GasMeter meter = new(GasMeter.Unlimited, GasMeter.Unlimited);
        EvmRun run = new(state, new EvmCodeCache(), host, ref meter);
        EvmTransaction call = new() { To = EvmRandomCode.AddressOf(0), Data = data };
        long intrinsic = EvmTransactionRules.IntrinsicGas(call, state.Rules);
        Assert.True(run.TryLoad(_caller, out int caller, out _));
        run.World.Warm(caller);
        Assert.True(run.TryLoad(default, out int coinbase, out _));
        run.World.Warm(coinbase);
        Assert.Equal(
            EvmSignal.FrameChanged, EvmExecution.Begin(ref run, call with { GasLimit = (ulong)(gas + intrinsic) }));
        Assert.Equal(EvmSignal.Finished, EvmInterpreter.Run(ref run));
        return state;
    }

    public static string Hex(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);
}
