using System.Globalization;
using System.Text;

namespace Granary.Vms.Evm;

/// <summary>The genesis and the code of its contracts as text for people.</summary>
internal static class EvmDisassembler
{
    public static string Disassemble(ReadOnlySpan<byte> code)
    {
        StringBuilder text = new();
        EvmGenesis genesis;
        try
        {
            genesis = EvmGenesis.Decode(code);
        }
        catch (InvalidCodeException broken)
        {
            return $"# {broken.Message}\n";
        }
        text.Append(NumberFormatInfo.InvariantInfo, $"chain {genesis.ChainId}, rules {genesis.Revision}\n");
        text.Append(NumberFormatInfo.InvariantInfo,
            $"gas limit {genesis.GasLimit}, base fee {genesis.BaseFee}, coinbase {genesis.Coinbase}\n");
        foreach (EvmGenesisAccount account in genesis.Accounts)
        {
            text.Append(NumberFormatInfo.InvariantInfo,
                $"account {account.Address}: nonce {account.Nonce}, balance {account.Balance}, ");
            text.Append(NumberFormatInfo.InvariantInfo, $"{account.Slots.Count} slots\n");
            AppendCode(text, account.Code);
        }
        return text.ToString();
    }

    /// <summary>One instruction a line; bytes that are none are shown as data.</summary>
    public static void AppendCode(StringBuilder text, ReadOnlySpan<byte> code)
    {
        for (int pc = 0; pc < code.Length; pc += 1 + ImmediateOf(code[pc]))
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"  {pc:X4}  ").Append(Instruction(code, pc)).Append('\n');
        }
    }

    /// <summary>One instruction; behind the end of the code it is STOP.</summary>
    public static string Instruction(ReadOnlySpan<byte> code, int pc)
    {
        byte op = pc < code.Length ? code[pc] : (byte)EvmOp.Stop;
        string name = EvmOpcodes.Find(op)?.Name ?? $"0x{op:X2}";
        int immediate = ImmediateOf(op);
        return immediate == 0
            ? name
            : $"{name} 0x{Convert.ToHexStringLower(code.Slice(pc + 1, Math.Min(immediate, code.Length - pc - 1)))}";
    }

    private static int ImmediateOf(byte op) => EvmOpcodes.Find(op)?.Immediate ?? 0;
}
