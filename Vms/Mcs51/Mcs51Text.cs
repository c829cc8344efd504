using System.Globalization;
using System.Text;

namespace Granary.Vms.Mcs51;

/// <summary>Registers as text for people.</summary>
internal static class Mcs51Text
{
    private static readonly (string Name, int Address)[] s_sfrs =
    [
        ("P0", 0x80), ("SP", 0x81), ("DPL", 0x82), ("DPH", 0x83), ("PCON", 0x87), ("TCON", 0x88), ("TMOD", 0x89),
        ("TL0", 0x8A), ("TL1", 0x8B), ("TH0", 0x8C), ("TH1", 0x8D), ("P1", 0x90), ("SCON", 0x98), ("SBUF", 0x99),
        ("P2", 0xA0), ("IE", 0xA8), ("P3", 0xB0), ("IP", 0xB8), ("PSW", 0xD0), ("ACC", 0xE0), ("B", 0xF0),
    ];

    /// <summary>The name of a special function register, or null.</summary>
    public static string? SfrName(int address)
    {
        foreach ((string name, int at) in s_sfrs)
        {
            if (at == address)
            {
                return name;
            }
        }
        return null;
    }

    /// <summary>The registers that instructions work with.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Registers(Mcs51State state, Mcs51Variant variant)
    {
        byte[] chip = state.Chip;
        return
        [
            new("a", $"{chip[Mcs51Registers.Acc]:x2}"), new("b", $"{chip[Mcs51Registers.B]:x2}"),
            new("dptr", $"{state.Dptr:x4}"), new("sp", $"{chip[Mcs51Registers.Sp]:x2}"), new("psw", Flags(state)),
            new("r0-r7", Convert.ToHexStringLower(chip, BankOf(state, variant), 8)),
        ];
    }

    private static int BankOf(Mcs51State state, Mcs51Variant variant) =>
        variant == Mcs51Variant.Stock ? state.Chip[Mcs51Registers.Psw] & Mcs51Registers.PswBank : 0;

    private static string Flags(Mcs51State state)
    {
        const string flags = "CAFssO-P";
        byte psw = state.Chip[Mcs51Registers.Psw];
        return string.Create(flags.Length, psw, static (text, value) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (value >> (7 - i) & 1) != 0 ? flags[i] : '.';
            }
        });
    }

    public static void AppendRegisters(StringBuilder text, Mcs51State state, Mcs51Variant variant)
    {
        byte[] chip = state.Chip;
        int bank = BankOf(state, variant);
        text.Append(NumberFormatInfo.InvariantInfo,
            $"pc {state.Pc:x4}  a {chip[Mcs51Registers.Acc]:x2}  b {chip[Mcs51Registers.B]:x2}  ");
        text.Append(NumberFormatInfo.InvariantInfo, $"dptr {state.Dptr:x4}  sp {chip[Mcs51Registers.Sp]:x2}  psw ");
        text.Append(Flags(state)).Append("\nr0-r7");
        for (int r = 0; r < 8; r++)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $" {chip[bank + r]:x2}");
        }
        text.Append("\nsfr  ");
        foreach ((string name, int address) in s_sfrs)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $" {name}={chip[address]:x2}");
        }
        text.Append("\nram");
        for (int row = 0; row < 0x100; row += 16)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"\n {row:x2}:");
            for (int i = 0; i < 16; i++)
            {
                text.Append(NumberFormatInfo.InvariantInfo, $" {chip[Mcs51State.Indirect(row + i)]:x2}");
            }
        }
        text.Append('\n');
    }
}
