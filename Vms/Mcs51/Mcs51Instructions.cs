using System.Diagnostics;
using System.Numerics;

namespace Granary.Vms.Mcs51;

/// <summary>
/// One instruction at a time, straight from the opcode table: the reference for the fast loop, and the way for all that
/// the fast loop leaves alone (registers with side effects, the gates of dacrs).
/// </summary>
/// <param name="peripherals">What watches special function registers; null when they are plain bytes.</param>
internal sealed partial class Mcs51Instructions(
    Mcs51State state, ReadOnlyMemory<byte> rom, Mcs51Variant variant, Mcs51Peripherals? peripherals)
{
    private readonly byte[] _chip = state.Chip;
    private readonly bool _isStock = variant == Mcs51Variant.Stock;

    // Of the instruction under way: its opcode, and where its next operand byte is.
    private byte _opcode;
    private int _operandAt;
    private int _next;

    /// <summary>Executes the instruction at the program counter. The caller counts its steps or cycles.</summary>
    public void Step()
    {
        _opcode = CodeAt(state.Pc);
        ref readonly Mcs51OpInfo info = ref Mcs51Opcodes.Info(_opcode);
        _operandAt = state.Pc + 1;
        _next = (state.Pc + info.Size) & 0xFFFF;
        Execute(info);
        state.Pc = _next;
        if (_isStock)
        {
            SettleParity();
        }
    }

    /// <summary>A byte of code memory; zero beyond the image.</summary>
    public byte CodeAt(int address) => address < rom.Length ? rom.Span[address] : (byte)0;

    private int Carry
    {
        get => _chip[Mcs51Registers.Psw] >> 7;
        set => SetFlag(Mcs51Registers.PswCy, value != 0);
    }

    private byte Accumulator
    {
        get => _chip[Mcs51Registers.Acc];
        set
        {
            _chip[Mcs51Registers.Acc] = value;
            SettleParity();
        }
    }

    private void Execute(in Mcs51OpInfo info)
    {
        switch (info.Mnemonic)
        {
            case Mcs51Mnemonic.Nop:
                break;
            case Mcs51Mnemonic.Undefined:
                // The contract machine does not get past it: it burns its steps.
                _next = _isStock ? _next : state.Pc;
                break;
            case >= Mcs51Mnemonic.Ajmp and <= Mcs51Mnemonic.Djnz:
                ExecuteJump(info);
                break;
            case >= Mcs51Mnemonic.Rr and <= Mcs51Mnemonic.Dec:
                ExecuteOnOne(info);
                break;
            case >= Mcs51Mnemonic.Add and <= Mcs51Mnemonic.Div:
                ExecuteArithmetic(info);
                break;
            default:
                ExecuteMove(info);
                break;
        }
    }

    private void ExecuteMove(in Mcs51OpInfo info)
    {
        switch (info.Mnemonic)
        {
            case Mcs51Mnemonic.Mov when _opcode == Mcs51Opcodes.MovDirectDirect:
                byte moved = ReadDirect(NextByte());
                WriteDirect(NextByte(), moved);
                break;
            case Mcs51Mnemonic.Mov when info.First == Mcs51Operand.Dptr:
                state.Dptr = NextWord();
                break;
            case Mcs51Mnemonic.Mov when info.First == Mcs51Operand.Bit:
                WriteBit(NextByte(), Carry != 0);
                break;
            case Mcs51Mnemonic.Mov when info.First == Mcs51Operand.C:
                Carry = ReadBit(NextByte()) ? 1 : 0;
                break;
            case Mcs51Mnemonic.Mov:
                Place to = PlaceOf(info.First);
                Write(to, Read(PlaceOf(info.Second)));
                break;
            case Mcs51Mnemonic.Movc:
                int start = info.Second == Mcs51Operand.AtAPc ? _next : state.Dptr;
                int address = start + Accumulator;
                Accumulator = CodeAt(_isStock ? address & 0xFFFF : address);
                break;
            case Mcs51Mnemonic.Movx when info.First == Mcs51Operand.A:
                Accumulator = state.Xdata[ExternalAddress(info.Second)];
                break;
            case Mcs51Mnemonic.Movx:
                state.Xdata[ExternalAddress(info.First)] = Accumulator;
                break;
            case Mcs51Mnemonic.Xch:
                Place other = PlaceOf(info.Second);
                byte swapped = Read(other);
                Write(other, Accumulator);
                Accumulator = swapped;
                break;
            case Mcs51Mnemonic.Xchd:
                Place digits = PlaceOf(info.Second);
                byte value = Read(digits);
                Write(digits, (byte)((value & 0xF0) | (Accumulator & 0x0F)));
                Accumulator = (byte)((Accumulator & 0xF0) | (value & 0x0F));
                break;
            case Mcs51Mnemonic.Push:
                int from = NextByte();
                _chip[Mcs51Registers.Sp]++;
                _chip[Mcs51State.Indirect(_chip[Mcs51Registers.Sp])] = ReadDirect(from);
                break;
            case Mcs51Mnemonic.Pop:
                byte popped = PopByte();
                WriteDirect(NextByte(), popped);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private void ExecuteOnOne(in Mcs51OpInfo info)
    {
        switch (info.First)
        {
            case Mcs51Operand.C:
                Carry = info.Mnemonic == Mcs51Mnemonic.Setb || (info.Mnemonic == Mcs51Mnemonic.Cpl && Carry == 0)
                    ? 1 : 0;
                return;
            case Mcs51Operand.Bit:
                byte bit = NextByte();
                WriteBit(bit, info.Mnemonic == Mcs51Mnemonic.Setb
                    || (info.Mnemonic == Mcs51Mnemonic.Cpl && !ReadBit(bit)));
                return;
            case Mcs51Operand.Dptr:
                state.Dptr++;
                return;
        }
        Place place = PlaceOf(info.First);
        int value = Read(place);
        switch (info.Mnemonic)
        {
            case Mcs51Mnemonic.Rr:
                value = (value >> 1) | (value << 7);
                break;
            case Mcs51Mnemonic.Rl:
                value = (value << 1) | (value >> 7);
                break;
            case Mcs51Mnemonic.Rrc:
                (value, Carry) = ((value >> 1) | (Carry << 7), value & 1);
                break;
            case Mcs51Mnemonic.Rlc:
                (value, Carry) = ((value << 1) | Carry, value >> 7);
                break;
            case Mcs51Mnemonic.Swap:
                value = (value << 4) | (value >> 4);
                break;
            case Mcs51Mnemonic.Da:
                value = DecimalAdjust(value);
                break;
            case Mcs51Mnemonic.Cpl:
                value = ~value;
                break;
            case Mcs51Mnemonic.Clr:
                value = 0;
                break;
            case Mcs51Mnemonic.Inc:
                value++;
                break;
            case Mcs51Mnemonic.Dec:
                value--;
                break;
            default:
                throw new UnreachableException();
        }
        Write(place, (byte)value);
    }

    private void SetFlag(byte flag, bool isSet)
    {
        byte psw = _chip[Mcs51Registers.Psw];
        _chip[Mcs51Registers.Psw] = (byte)(isSet ? psw | flag : psw & ~flag);
    }

    private void SettleParity() =>
        SetFlag(Mcs51Registers.PswP, (BitOperations.PopCount(_chip[Mcs51Registers.Acc]) & 1) != 0);
}
