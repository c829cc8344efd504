using System.Diagnostics;

namespace Granary.Vms.Mcs51;

internal sealed partial class Mcs51Instructions
{
    private void ExecuteArithmetic(in Mcs51OpInfo info)
    {
        switch (info.Mnemonic)
        {
            case Mcs51Mnemonic.Mul:
                int product = Accumulator * _chip[Mcs51Registers.B];
                _chip[Mcs51Registers.B] = (byte)(product >> 8);
                SetFlag(Mcs51Registers.PswOv, product > 0xFF);
                if (_isStock)
                {
                    Carry = 0;
                }
                Accumulator = (byte)product;
                return;
            case Mcs51Mnemonic.Div:
                Divide();
                return;
            case Mcs51Mnemonic.Orl or Mcs51Mnemonic.Anl when info.First == Mcs51Operand.C:
                bool bit = ReadBit(NextByte()) == (info.Second == Mcs51Operand.Bit);
                Carry = info.Mnemonic == Mcs51Mnemonic.Orl ? Carry | (bit ? 1 : 0) : bit ? Carry : 0;
                return;
        }
        Place to = PlaceOf(info.First);
        int left = Read(to);
        int right = Read(PlaceOf(info.Second));
        int result = info.Mnemonic switch
        {
            Mcs51Mnemonic.Add => Sum(left, right, 0),
            Mcs51Mnemonic.Addc => Sum(left, right, Carry),
            Mcs51Mnemonic.Subb => Difference(left, right, Carry),
            Mcs51Mnemonic.Orl => left | right,
            Mcs51Mnemonic.Anl => left & right,
            Mcs51Mnemonic.Xrl => left ^ right,
            _ => throw new UnreachableException(),
        };
        Write(to, (byte)result);
    }

    private int Sum(int left, int right, int carry)
    {
        int sum = left + right + carry;
        SetFlag(Mcs51Registers.PswCy, sum > 0xFF);
        SetFlag(Mcs51Registers.PswAc, ((left ^ right ^ sum) & 0x10) != 0);
        SetFlag(Mcs51Registers.PswOv, ((left ^ sum) & (right ^ sum) & 0x80) != 0);
        return sum;
    }

    private int Difference(int left, int right, int borrow)
    {
        int difference = left - right - borrow;
        SetFlag(Mcs51Registers.PswCy, difference < 0);
        SetFlag(Mcs51Registers.PswAc, ((left ^ right ^ difference) & 0x10) != 0);
        SetFlag(Mcs51Registers.PswOv, ((left ^ right) & (left ^ difference) & 0x80) != 0);
        return difference;
    }

    private void Divide()
    {
        int divisor = _chip[Mcs51Registers.B];
        Carry = 0;
        SetFlag(Mcs51Registers.PswOv, divisor == 0);
        if (divisor != 0)
        {
            (int quotient, int rest) = int.DivRem(Accumulator, divisor);
            _chip[Mcs51Registers.B] = (byte)rest;
            Accumulator = (byte)quotient;
        }
    }

    private int DecimalAdjust(int value)
    {
        bool half = (_chip[Mcs51Registers.Psw] & Mcs51Registers.PswAc) != 0;
        return DecimalAdjust(value, half, _isStock, ref _chip[Mcs51Registers.Psw]);
    }

    /// <summary>
    /// DA A. The contract machine loses the carry between the digits, and never sets the one out of them.
    /// </summary>
    public static int DecimalAdjust(int value, bool halfCarry, bool isStock, ref byte psw)
    {
        bool carry = (psw & Mcs51Registers.PswCy) != 0;
        if (isStock)
        {
            if ((value & 0x0F) > 9 || halfCarry)
            {
                value += 0x06;
            }
            if (value > 0x9F || carry)
            {
                value += 0x60;
            }
            psw = (byte)(value > 0xFF ? psw | Mcs51Registers.PswCy : psw);
            return value & 0xFF;
        }
        if ((value & 0x0F) > 9 || halfCarry)
        {
            value = (value & 0xF0) | ((value + 6) & 0x0F);
        }
        if (value >> 4 > 9 || carry)
        {
            value += 0x60;
        }
        return value & 0xFF;
    }
}
