using System.Diagnostics;

namespace Granary.Vms.Mcs51;

internal sealed partial class Mcs51Instructions
{
    private void ExecuteJump(in Mcs51OpInfo info)
    {
        switch (info.Mnemonic)
        {
            case Mcs51Mnemonic.Ajmp:
                _next = Address11();
                break;
            case Mcs51Mnemonic.Ljmp:
                _next = NextWord();
                break;
            case Mcs51Mnemonic.Sjmp:
                Branch(true);
                break;
            case Mcs51Mnemonic.Jmp:
                _next = (state.Dptr + Accumulator) & 0xFFFF;
                break;
            case Mcs51Mnemonic.Acall:
                Call(Address11());
                break;
            case Mcs51Mnemonic.Lcall:
                Call(NextWord());
                break;
            case Mcs51Mnemonic.Ret:
            case Mcs51Mnemonic.Reti when _isStock:
                int high = PopByte();
                _next = (high << 8) | PopByte();
                break;
            case Mcs51Mnemonic.Reti:
                ReturnByDirect();
                break;
            case Mcs51Mnemonic.Jc or Mcs51Mnemonic.Jnc:
                Branch(Carry != 0 == (info.Mnemonic == Mcs51Mnemonic.Jc));
                break;
            case Mcs51Mnemonic.Jz or Mcs51Mnemonic.Jnz:
                Branch(Accumulator == 0 == (info.Mnemonic == Mcs51Mnemonic.Jz));
                break;
            case Mcs51Mnemonic.Jb or Mcs51Mnemonic.Jnb:
                Branch(ReadBit(NextByte()) == (info.Mnemonic == Mcs51Mnemonic.Jb));
                break;
            case Mcs51Mnemonic.Jbc:
                byte bit = NextByte();
                bool isSet = ReadBit(bit);
                if (isSet)
                {
                    WriteBit(bit, false);
                }
                Branch(isSet);
                break;
            case Mcs51Mnemonic.Cjne:
                int left = Read(PlaceOf(info.First));
                int right = Read(PlaceOf(info.Second));
                Carry = left < right ? 1 : 0;
                Branch(left != right);
                break;
            case Mcs51Mnemonic.Djnz:
                Place place = PlaceOf(info.First);
                byte counted = (byte)(Read(place) - 1);
                Write(place, counted);
                Branch(counted != 0);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private void Branch(bool isTaken)
    {
        sbyte distance = (sbyte)NextByte();
        if (isTaken)
        {
            _next = (_next + distance) & 0xFFFF;
        }
    }

    private int Address11() => (_next & 0xF800) | ((_opcode & 0xE0) << 3) | NextByte();

    private void Call(int target)
    {
        PushByte((byte)_next);
        PushByte((byte)(_next >> 8));
        _next = target;
    }

    // The contract machine's RETI takes its address from where direct addressing leads, and goes one too far.
    private void ReturnByDirect()
    {
        int high = ReadDirect(_chip[Mcs51Registers.Sp]--);
        int low = ReadDirect(_chip[Mcs51Registers.Sp]--);
        _next = ((high << 8 | low) + 1) & 0xFFFF;
    }

    private void PushByte(byte value) =>
        _chip[Mcs51State.Indirect(++_chip[Mcs51Registers.Sp])] = value;

    private byte PopByte() => _chip[Mcs51State.Indirect(_chip[Mcs51Registers.Sp]--)];
}
