namespace Granary.Vms.Mcs51;

/// <summary>The processor: registers, memories, position. Exactly what is saved of it.</summary>
internal sealed class Mcs51State
{
    /// <summary>Chip memory as one array: 00..7F the low RAM, 80..FF the special function registers (what direct
    /// addressing reaches), then the high RAM, which only indirect addressing and the stack reach.</summary>
    public const int ChipBytes = 0x180;

    public const int XdataBytes = 0x1_0000;

    private const byte StackAtReset = 0x07;

    public byte[] Chip { get; } = new byte[ChipBytes];

    public byte[] Xdata { get; } = new byte[XdataBytes];

    public int Pc { get; set; }

    /// <summary>Steps (dacrs) or machine cycles (stock) since the reset.</summary>
    public long Clock { get; set; }

    /// <summary>Power-up: memories are zero, ports high, the stack begins at 08.</summary>
    public void PowerUp()
    {
        Array.Clear(Chip);
        Array.Clear(Xdata);
        Reset();
    }

    /// <summary>The reset pin: registers as at power-up, memories as they are.</summary>
    public void Reset()
    {
        Chip.AsSpan(0x80, 0x80).Clear();
        Chip[Mcs51Registers.P0] = 0xFF;
        Chip[Mcs51Registers.P1] = 0xFF;
        Chip[Mcs51Registers.P2] = 0xFF;
        Chip[Mcs51Registers.P3] = 0xFF;
        Chip[Mcs51Registers.Sp] = StackAtReset;
        Pc = 0;
        Clock = 0;
    }

    /// <summary>Where an address of indirect addressing or of the stack lies in <see cref="Chip"/>.</summary>
    public static int Indirect(int address) => address + (address & 0x80);

    public int Dptr
    {
        get => Chip[Mcs51Registers.Dpl] | (Chip[Mcs51Registers.Dph] << 8);
        set
        {
            Chip[Mcs51Registers.Dpl] = (byte)value;
            Chip[Mcs51Registers.Dph] = (byte)(value >> 8);
        }
    }
}
