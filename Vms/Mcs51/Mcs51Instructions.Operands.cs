using System.Diagnostics;

namespace Granary.Vms.Mcs51;

internal sealed partial class Mcs51Instructions
{
    /// <summary>An operand found: an immediate value, or an index into chip memory, direct or not.</summary>
    private readonly record struct Place(Mcs51Operand Form, int At);

    private byte NextByte() => CodeAt(_operandAt++ & 0xFFFF);

    private int NextWord() => NextByte() << 8 | NextByte();

    private Place PlaceOf(Mcs51Operand form) => form switch
    {
        Mcs51Operand.A => new Place(form, Mcs51Registers.Acc),
        Mcs51Operand.R => new Place(form, Register(_opcode & 7)),
        Mcs51Operand.AtR => new Place(form, Mcs51State.Indirect(_chip[Register(_opcode & 1)])),
        Mcs51Operand.Direct or Mcs51Operand.Immediate => new Place(form, NextByte()),
        _ => throw new UnreachableException(),
    };

    private byte Read(Place place) => place.Form switch
    {
        Mcs51Operand.Immediate => (byte)place.At,
        Mcs51Operand.Direct => ReadDirect(place.At),
        _ => _chip[place.At],
    };

    private void Write(Place place, byte value)
    {
        switch (place.Form)
        {
            case Mcs51Operand.A:
                Accumulator = value;
                break;
            case Mcs51Operand.Direct:
                WriteDirect(place.At, value);
                break;
            default:
                _chip[place.At] = value;
                break;
        }
    }

    private byte ReadDirect(int address) =>
        peripherals is not null && Mcs51Peripherals.Owns(address) ? peripherals.Read(address) : _chip[address];

    private void WriteDirect(int address, byte value)
    {
        if (peripherals is not null && Mcs51Peripherals.Owns(address))
        {
            peripherals.Write(address, value);
        }
        else
        {
            _chip[address] = value;
        }
    }

    private bool ReadBit(byte bit) => (ReadDirect(Mcs51Decoder.BitByte(bit)) & Mcs51Decoder.BitMask(bit)) != 0;

    private void WriteBit(byte bit, bool isSet)
    {
        int address = Mcs51Decoder.BitByte(bit);
        byte value = ReadDirect(address);
        byte mask = Mcs51Decoder.BitMask(bit);
        WriteDirect(address, (byte)(isSet ? value | mask : value & ~mask));
        if (address == Mcs51Registers.Acc)
        {
            SettleParity();
        }
    }

    private int Register(int number) =>
        number + (_isStock ? _chip[Mcs51Registers.Psw] & Mcs51Registers.PswBank : 0);

    private int ExternalAddress(Mcs51Operand form) => form == Mcs51Operand.AtDptr
        ? state.Dptr
        : _chip[Register(_opcode & 1)] | (_isStock ? _chip[Mcs51Registers.P2] << 8 : 0);
}
