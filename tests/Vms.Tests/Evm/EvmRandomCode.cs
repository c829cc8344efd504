using System.Buffers;
using System.Text;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Makes programs that get further than random bytes do: operands come before instructions.</summary>
internal static class EvmRandomCode
{
    private static readonly EvmOp[] _ops = Enum.GetValues<EvmOp>();

    /// <summary>A machine that is about to call one of a few random contracts, which know each other.</summary>
    public static (IVmContainer Machine, TestHost Host) Enter(Random random)
    {
        TestHost host = new(EvmTestWorld.Limits);
        Populate(host, random);
        host.Data["head"u8.ToArray()] = EvmHeads.Encode(default);
        IVmContainer machine = EvmStateCase.World.Start();
        byte[] data = new byte[random.Next(70)];
        random.NextBytes(data);
        string gasText = $"0x{random.Next(21_000, 200_000):x}";
        string question = $$"""
            {"to":"{{AddressOf(0)}}","gas":"{{gasText}}","data":"0x{{Convert.ToHexString(data)}}"}
            """;
        machine.Enter(new VmEntry("call", Encoding.UTF8.GetBytes(question), ""));
        return (machine, host);
    }

    /// <summary>Stores a few random contracts.</summary>
    public static List<EvmGenesisAccount> Populate(TestHost host, Random random)
    {
        List<EvmGenesisAccount> contracts = [];
        int count = random.Next(1, 4);
        for (int i = 0; i < count; i++)
        {
            EvmGenesisAccount account = new()
            {
                Address = AddressOf(i), Balance = (ulong)random.Next(1_000), Nonce = 1, Code = Make(random, count),
                Slots = random.Next(2) == 0 ? [(EvmWord.Zero, EvmWord.One), (EvmWord.One, (EvmWord)5)] : [],
            };
            contracts.Add(account);
            Store(host, account);
        }
        return contracts;
    }

    public static void Store(TestHost host, EvmGenesisAccount account)
    {
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        EvmStore store = new(host, ref gas);
        for (int step = 0; step <= account.Slots.Count; step++)
        {
            EvmHeads.WriteGenesisStep(store, account, step);
        }
    }

    public static EvmAddress AddressOf(int contract) => new(0xC0DE00 + (ulong)contract);

    public static byte[] Make(Random random, int contracts)
    {
        ArrayBufferWriter<byte> code = new();
        int length = random.Next(2, 60);
        for (int i = 0; i < length; i++)
        {
            EvmOp op = _ops[random.Next(_ops.Length)];
            if (op is EvmOp.Stop or EvmOp.Invalid && random.Next(4) != 0)
            {
                continue;
            }
            EvmOpcodeRow row = EvmOpcodes.Find((byte)op)!;
            for (int operand = 0; operand < row.Needs && random.Next(40) != 0; operand++)
            {
                Push(code, random, contracts, operand);
            }
            code.Write([(byte)op]);
            for (int byteIndex = 0; byteIndex < row.Immediate; byteIndex++)
            {
                code.Write([(byte)random.Next(256)]);
            }
        }
        return code.WrittenSpan.ToArray();
    }

    public static void Damage(SnapshotBuffer saved, Random random)
    {
        IEnumerable<byte[]> parts = saved.Sections.Values.Concat(saved.Memories.Values).Where(p => p.Length > 0);
        byte[][] all = [.. parts];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            byte[] part = all[random.Next(all.Length)];
            int at = random.Next(2) == 0 ? random.Next(part.Length) : random.Next(Math.Min(part.Length, 120));
            part[at] = random.Next(3) == 0 ? (byte)255 : (byte)(part[at] ^ (1 << random.Next(8)));
        }
    }

    private static void Push(ArrayBufferWriter<byte> code, Random random, int contracts, int operand)
    {
        switch (random.Next(10))
        {
            case 0:
                code.Write([(byte)EvmOp.Push32]);
                Span<byte> word = stackalloc byte[32];
                random.NextBytes(word);
                code.Write(word);
                break;
            case 1:
                code.Write([(byte)EvmOp.Push2, (byte)random.Next(256), (byte)random.Next(256)]);
                break;
            case 2 or 3:
                code.Write([(byte)EvmOp.Push3, .. AddressOf(random.Next(contracts)).ToBytes()[^3..]]);
                break;
            case 4:
                code.Write([(byte)EvmOp.Gas]);
                break;
            case 5:
                // Often a precompiled contract.
                code.Write([(byte)EvmOp.Push1, (byte)random.Next(11)]);
                break;
            default:
                code.Write([(byte)EvmOp.Push1, (byte)(operand < 2 ? random.Next(3) * 32 : random.Next(70))]);
                break;
        }
    }
}
