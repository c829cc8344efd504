using System.Globalization;
using System.Text.Json;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>A signed transaction in a random world and what it leaves there, as <c>peer/edr.mjs</c> reads it.</summary>
internal static class EvmPeerTransaction
{
    // The number is so high that no program guesses the hash of a block, which says something else elsewhere.
    private static readonly EvmBlock _block = new()
    {
        Number = 1_000_001, Timestamp = 2_000_000_000, Coinbase = new EvmAddress(0xC01BA5E), GasLimit = 30_000_000,
        BaseFee = 10, PrevRandao = 7,
    };

    public static object Make(int seed, EvmTestSigner signer)
    {
        Random random = new(seed);
        TestHost host = new(EvmTestWorld.Limits);
        List<EvmGenesisAccount> accounts = EvmRandomCode.Populate(host, random);
        EvmGenesisAccount sender = new()
        {
            Address = signer.Address, Balance = 1_000_000_000_000UL, Nonce = (ulong)random.Next(3),
        };
        EvmRandomCode.Store(host, sender);
        host.Data["head"u8.ToArray()] = EvmHeads.Encode(default);
        byte[] signed = Sign(random, signer, sender.Nonce, accounts.Count);
        IVmContainer machine = EvmStateCase.World.Start();
        machine.Enter(new VmEntry("runTx", EvmTestWorld.Payload(_block, signed), ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        VmExit exit = machine.Run(ref gas, host);
        VmExit.Halted halted = exit as VmExit.Halted
            ?? throw new InvalidOperationException($"seed {seed}: {EvmStateCase.Show(exit)}");
        JsonElement receipt = JsonSerializer.Deserialize<JsonElement>(halted.Output.Span);
        return new
        {
            seed, transaction = EvmPeerProgram.Hex(signed), coinbase = _block.Coinbase.ToString(),
            number = _block.Number.ToString(CultureInfo.InvariantCulture), timestamp = _block.Timestamp,
            gasLimit = _block.GasLimit, baseFee = _block.BaseFee.ToString(),
            randomness = EvmPeerProgram.Hex(_block.PrevRandao.ToBytes()),
            accounts = accounts.Append(sender).Select(EvmPeerProgram.Show),
            expect = Outcome(receipt, EvmStateCase.Root(host)),
        };
    }

    private static object Outcome(JsonElement receipt, string stateRoot) => new
    {
        status = receipt.GetProperty("status").GetString(),
        gasUsed = receipt.GetProperty("gasUsed").GetString(),
        created = receipt.GetProperty("contractAddress").GetString(),
        logs = receipt.GetProperty("logs").EnumerateArray().Select(log => new
        {
            address = log.GetProperty("address").GetString(),
            topics = log.GetProperty("topics").EnumerateArray().Select(t => t.GetString()),
            data = log.GetProperty("data").GetString(),
        }),
        stateRoot,
    };

    private static byte[] Sign(Random random, EvmTestSigner signer, ulong nonce, int contracts)
    {
        bool creates = random.Next(6) == 0;
        byte[] data = creates ? EvmRandomCode.Make(random, contracts) : new byte[random.Next(70)];
        if (!creates)
        {
            random.NextBytes(data);
        }
        (EvmAddress, EvmWord[])[] access = [];
        if (random.Next(3) == 0)
        {
            access =
            [
                (EvmRandomCode.AddressOf(random.Next(4)), [EvmWord.Zero, (ulong)random.Next(70)]),
                (new EvmAddress((ulong)random.Next(12)), []),
            ];
        }
        return signer.Sign(
            nonce, creates ? null : EvmRandomCode.AddressOf(0), (ulong)(random.Next(2) * random.Next(500)), data,
            // Twenty for a byte of code or data cover what it costs before it runs.
            (ulong)(random.Next(70_000, 300_000) + (20 * data.Length)), chainId: 1,
            fee: (ulong)random.Next(10, 20), tip: 3, access: access);
    }
}
