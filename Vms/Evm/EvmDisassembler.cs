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
        for (int pc = 0; pc < code.Length; pc++)
        {
            EvmOpcodeRow? row = EvmOpcodes.Find(code[pc]);
            text.Append(NumberFormatInfo.InvariantInfo, $"  {pc:X4}  ");
            text.Append(row is null ? $"0x{code[pc]:X2}" : row.Name);
            int immediate = row?.Immediate ?? 0;
            if (immediate > 0)
            {
                ReadOnlySpan<byte> there = code.Slice(pc + 1, Math.Min(immediate, code.Length - pc - 1));
                text.Append(" 0x").Append(Convert.ToHexStringLower(there));
                pc += immediate;
            }
            text.Append('\n');
        }
    }
}
