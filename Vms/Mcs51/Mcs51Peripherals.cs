namespace Granary.Vms.Mcs51;

/// <summary>The special function registers of the stock 8051 that do something when they are read or written.</summary>
internal sealed class Mcs51Peripherals(Mcs51State state, Mcs51Timers timers, Mcs51Serial serial)
{
    private readonly byte[] _chip = state.Chip;

    /// <summary>True for the registers that belong here; the others are plain bytes.</summary>
    public static bool Owns(int address) => address
        is (>= Mcs51Registers.Pcon and <= Mcs51Registers.Th1) or Mcs51Registers.Scon or Mcs51Registers.Sbuf;

    public byte Read(int address)
    {
        Sync();
        return address == Mcs51Registers.Sbuf ? serial.Received : _chip[address];
    }

    public void Write(int address, byte value)
    {
        Sync();
        if (address == Mcs51Registers.Sbuf)
        {
            serial.Send(value);
            return;
        }
        bool isTaken = address == Mcs51Registers.Scon && (_chip[address] & ~value & Mcs51Registers.SconRi) != 0;
        _chip[address] = value;
        if (isTaken)
        {
            serial.DelayInput();
        }
        serial.Sync();
    }

    public void Sync()
    {
        timers.Sync();
        serial.Sync();
    }
}
