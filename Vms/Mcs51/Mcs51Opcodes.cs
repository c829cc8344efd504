namespace Granary.Vms.Mcs51;

/// <summary>What an instruction does, in the data sheet's words.</summary>
internal enum Mcs51Mnemonic : byte
{
    Undefined, Nop, Ajmp, Ljmp, Sjmp, Jmp, Acall, Lcall, Ret, Reti,
    Jc, Jnc, Jz, Jnz, Jb, Jnb, Jbc, Cjne, Djnz,
    Rr, Rrc, Rl, Rlc, Swap, Da, Cpl, Clr, Setb, Inc, Dec,
    Add, Addc, Subb, Orl, Anl, Xrl, Mul, Div,
    Mov, Movc, Movx, Xch, Xchd, Push, Pop,
}

/// <summary>An operand's form. The comment says how many bytes of the instruction it takes.</summary>
internal enum Mcs51Operand : byte
{
    None,
    A, // 0
    AB, // 0
    C, // 0
    Dptr, // 0
    R, // 0: the low three bits of the opcode
    AtR, // 0: the lowest bit of the opcode
    AtDptr, // 0
    AtADptr, // 0
    AtAPc, // 0
    Direct, // 1
    Immediate, // 1
    Bit, // 1
    NotBit, // 1
    Relative, // 1
    Address11, // 1, and the high three bits of the opcode
    Address16, // 2, high byte first
    Immediate16, // 2, high byte first
}

/// <param name="Size">Bytes.</param>
/// <param name="Cycles">Machine cycles of the stock variant; the contract machine counts one step for each.</param>
internal readonly record struct Mcs51OpInfo(
    Mcs51Mnemonic Mnemonic, Mcs51Operand First, Mcs51Operand Second, Mcs51Operand Third, byte Size, byte Cycles);

/// <summary>The instruction set as data: the interpreter, the decoder and the disassembler read it.</summary>
internal static class Mcs51Opcodes
{
    /// <summary>The one opcode that the data sheet leaves undefined.</summary>
    public const byte Reserved = 0xA5;

    public const byte Ljmp = 0x02;
    public const byte Sjmp = 0x80;

    /// <summary>MOV direct,direct: its source comes first in the code.</summary>
    public const byte MovDirectDirect = 0x85;

    private static readonly Mcs51OpInfo[] s_table = Build();

    public static ref readonly Mcs51OpInfo Info(byte opcode) => ref s_table[opcode];

    private static Mcs51OpInfo[] Build()
    {
        Mcs51OpInfo[] t = new Mcs51OpInfo[256];
        Jumps(t);
        Accumulator(t);
        Arithmetic(t);
        Bits(t);
        Moves(t);
        return t;
    }

    private static void Jumps(Mcs51OpInfo[] t)
    {
        Row(t, 0x00, Mcs51Mnemonic.Nop, 1);
        Row(t, Reserved, Mcs51Mnemonic.Undefined, 1);
        for (int page = 0; page < 8; page++)
        {
            Row(t, (page << 5) | 0x01, Mcs51Mnemonic.Ajmp, 2, Mcs51Operand.Address11);
            Row(t, (page << 5) | 0x11, Mcs51Mnemonic.Acall, 2, Mcs51Operand.Address11);
        }
        Row(t, Ljmp, Mcs51Mnemonic.Ljmp, 2, Mcs51Operand.Address16);
        Row(t, 0x12, Mcs51Mnemonic.Lcall, 2, Mcs51Operand.Address16);
        Row(t, 0x22, Mcs51Mnemonic.Ret, 2);
        Row(t, 0x32, Mcs51Mnemonic.Reti, 2);
        Row(t, 0x73, Mcs51Mnemonic.Jmp, 2, Mcs51Operand.AtADptr);
        Row(t, Sjmp, Mcs51Mnemonic.Sjmp, 2, Mcs51Operand.Relative);
        Row(t, 0x40, Mcs51Mnemonic.Jc, 2, Mcs51Operand.Relative);
        Row(t, 0x50, Mcs51Mnemonic.Jnc, 2, Mcs51Operand.Relative);
        Row(t, 0x60, Mcs51Mnemonic.Jz, 2, Mcs51Operand.Relative);
        Row(t, 0x70, Mcs51Mnemonic.Jnz, 2, Mcs51Operand.Relative);
        Row(t, 0x10, Mcs51Mnemonic.Jbc, 2, Mcs51Operand.Bit, Mcs51Operand.Relative);
        Row(t, 0x20, Mcs51Mnemonic.Jb, 2, Mcs51Operand.Bit, Mcs51Operand.Relative);
        Row(t, 0x30, Mcs51Mnemonic.Jnb, 2, Mcs51Operand.Bit, Mcs51Operand.Relative);
        Row(t, 0xB4, Mcs51Mnemonic.Cjne, 2, Mcs51Operand.A, Mcs51Operand.Immediate, Mcs51Operand.Relative);
        Row(t, 0xB5, Mcs51Mnemonic.Cjne, 2, Mcs51Operand.A, Mcs51Operand.Direct, Mcs51Operand.Relative);
        AtR(t, 0xB6, Mcs51Mnemonic.Cjne, 2, Mcs51Operand.AtR, Mcs51Operand.Immediate, Mcs51Operand.Relative);
        R(t, 0xB8, Mcs51Mnemonic.Cjne, 2, Mcs51Operand.R, Mcs51Operand.Immediate, Mcs51Operand.Relative);
        Row(t, 0xD5, Mcs51Mnemonic.Djnz, 2, Mcs51Operand.Direct, Mcs51Operand.Relative);
        R(t, 0xD8, Mcs51Mnemonic.Djnz, 2, Mcs51Operand.R, Mcs51Operand.Relative);
    }

    private static void Accumulator(Mcs51OpInfo[] t)
    {
        Row(t, 0x03, Mcs51Mnemonic.Rr, 1, Mcs51Operand.A);
        Row(t, 0x13, Mcs51Mnemonic.Rrc, 1, Mcs51Operand.A);
        Row(t, 0x23, Mcs51Mnemonic.Rl, 1, Mcs51Operand.A);
        Row(t, 0x33, Mcs51Mnemonic.Rlc, 1, Mcs51Operand.A);
        Row(t, 0xC4, Mcs51Mnemonic.Swap, 1, Mcs51Operand.A);
        Row(t, 0xD4, Mcs51Mnemonic.Da, 1, Mcs51Operand.A);
        Row(t, 0xE4, Mcs51Mnemonic.Clr, 1, Mcs51Operand.A);
        Row(t, 0xF4, Mcs51Mnemonic.Cpl, 1, Mcs51Operand.A);
        Row(t, 0xA4, Mcs51Mnemonic.Mul, 4, Mcs51Operand.AB);
        Row(t, 0x84, Mcs51Mnemonic.Div, 4, Mcs51Operand.AB);
        Row(t, 0xA3, Mcs51Mnemonic.Inc, 2, Mcs51Operand.Dptr);
    }

    private static void Arithmetic(Mcs51OpInfo[] t)
    {
        Row(t, 0x04, Mcs51Mnemonic.Inc, 1, Mcs51Operand.A);
        Row(t, 0x14, Mcs51Mnemonic.Dec, 1, Mcs51Operand.A);
        Row(t, 0x05, Mcs51Mnemonic.Inc, 1, Mcs51Operand.Direct);
        Row(t, 0x15, Mcs51Mnemonic.Dec, 1, Mcs51Operand.Direct);
        AtR(t, 0x06, Mcs51Mnemonic.Inc, 1, Mcs51Operand.AtR);
        AtR(t, 0x16, Mcs51Mnemonic.Dec, 1, Mcs51Operand.AtR);
        R(t, 0x08, Mcs51Mnemonic.Inc, 1, Mcs51Operand.R);
        R(t, 0x18, Mcs51Mnemonic.Dec, 1, Mcs51Operand.R);
        ReadOnlySpan<(int Base, Mcs51Mnemonic Mnemonic)> families =
        [
            (0x20, Mcs51Mnemonic.Add), (0x30, Mcs51Mnemonic.Addc), (0x40, Mcs51Mnemonic.Orl),
            (0x50, Mcs51Mnemonic.Anl), (0x60, Mcs51Mnemonic.Xrl), (0x90, Mcs51Mnemonic.Subb),
        ];
        foreach ((int start, Mcs51Mnemonic mnemonic) in families)
        {
            Row(t, start + 4, mnemonic, 1, Mcs51Operand.A, Mcs51Operand.Immediate);
            Row(t, start + 5, mnemonic, 1, Mcs51Operand.A, Mcs51Operand.Direct);
            AtR(t, start + 6, mnemonic, 1, Mcs51Operand.A, Mcs51Operand.AtR);
            R(t, start + 8, mnemonic, 1, Mcs51Operand.A, Mcs51Operand.R);
        }
        foreach ((int start, Mcs51Mnemonic mnemonic) in families[2..5])
        {
            Row(t, start + 2, mnemonic, 1, Mcs51Operand.Direct, Mcs51Operand.A);
            Row(t, start + 3, mnemonic, 2, Mcs51Operand.Direct, Mcs51Operand.Immediate);
        }
    }

    private static void Bits(Mcs51OpInfo[] t)
    {
        Row(t, 0x72, Mcs51Mnemonic.Orl, 2, Mcs51Operand.C, Mcs51Operand.Bit);
        Row(t, 0x82, Mcs51Mnemonic.Anl, 2, Mcs51Operand.C, Mcs51Operand.Bit);
        Row(t, 0xA0, Mcs51Mnemonic.Orl, 2, Mcs51Operand.C, Mcs51Operand.NotBit);
        Row(t, 0xB0, Mcs51Mnemonic.Anl, 2, Mcs51Operand.C, Mcs51Operand.NotBit);
        Row(t, 0x92, Mcs51Mnemonic.Mov, 2, Mcs51Operand.Bit, Mcs51Operand.C);
        Row(t, 0xA2, Mcs51Mnemonic.Mov, 1, Mcs51Operand.C, Mcs51Operand.Bit);
        Row(t, 0xB2, Mcs51Mnemonic.Cpl, 1, Mcs51Operand.Bit);
        Row(t, 0xB3, Mcs51Mnemonic.Cpl, 1, Mcs51Operand.C);
        Row(t, 0xC2, Mcs51Mnemonic.Clr, 1, Mcs51Operand.Bit);
        Row(t, 0xC3, Mcs51Mnemonic.Clr, 1, Mcs51Operand.C);
        Row(t, 0xD2, Mcs51Mnemonic.Setb, 1, Mcs51Operand.Bit);
        Row(t, 0xD3, Mcs51Mnemonic.Setb, 1, Mcs51Operand.C);
    }

    private static void Moves(Mcs51OpInfo[] t)
    {
        Row(t, 0x74, Mcs51Mnemonic.Mov, 1, Mcs51Operand.A, Mcs51Operand.Immediate);
        Row(t, 0x75, Mcs51Mnemonic.Mov, 2, Mcs51Operand.Direct, Mcs51Operand.Immediate);
        AtR(t, 0x76, Mcs51Mnemonic.Mov, 1, Mcs51Operand.AtR, Mcs51Operand.Immediate);
        R(t, 0x78, Mcs51Mnemonic.Mov, 1, Mcs51Operand.R, Mcs51Operand.Immediate);
        Row(t, MovDirectDirect, Mcs51Mnemonic.Mov, 2, Mcs51Operand.Direct, Mcs51Operand.Direct);
        AtR(t, 0x86, Mcs51Mnemonic.Mov, 2, Mcs51Operand.Direct, Mcs51Operand.AtR);
        R(t, 0x88, Mcs51Mnemonic.Mov, 2, Mcs51Operand.Direct, Mcs51Operand.R);
        AtR(t, 0xA6, Mcs51Mnemonic.Mov, 2, Mcs51Operand.AtR, Mcs51Operand.Direct);
        R(t, 0xA8, Mcs51Mnemonic.Mov, 2, Mcs51Operand.R, Mcs51Operand.Direct);
        Row(t, 0xE5, Mcs51Mnemonic.Mov, 1, Mcs51Operand.A, Mcs51Operand.Direct);
        AtR(t, 0xE6, Mcs51Mnemonic.Mov, 1, Mcs51Operand.A, Mcs51Operand.AtR);
        R(t, 0xE8, Mcs51Mnemonic.Mov, 1, Mcs51Operand.A, Mcs51Operand.R);
        Row(t, 0xF5, Mcs51Mnemonic.Mov, 1, Mcs51Operand.Direct, Mcs51Operand.A);
        AtR(t, 0xF6, Mcs51Mnemonic.Mov, 1, Mcs51Operand.AtR, Mcs51Operand.A);
        R(t, 0xF8, Mcs51Mnemonic.Mov, 1, Mcs51Operand.R, Mcs51Operand.A);
        Row(t, 0x90, Mcs51Mnemonic.Mov, 2, Mcs51Operand.Dptr, Mcs51Operand.Immediate16);
        Row(t, 0x83, Mcs51Mnemonic.Movc, 2, Mcs51Operand.A, Mcs51Operand.AtAPc);
        Row(t, 0x93, Mcs51Mnemonic.Movc, 2, Mcs51Operand.A, Mcs51Operand.AtADptr);
        Row(t, 0xE0, Mcs51Mnemonic.Movx, 2, Mcs51Operand.A, Mcs51Operand.AtDptr);
        AtR(t, 0xE2, Mcs51Mnemonic.Movx, 2, Mcs51Operand.A, Mcs51Operand.AtR);
        Row(t, 0xF0, Mcs51Mnemonic.Movx, 2, Mcs51Operand.AtDptr, Mcs51Operand.A);
        AtR(t, 0xF2, Mcs51Mnemonic.Movx, 2, Mcs51Operand.AtR, Mcs51Operand.A);
        Row(t, 0xC0, Mcs51Mnemonic.Push, 2, Mcs51Operand.Direct);
        Row(t, 0xD0, Mcs51Mnemonic.Pop, 2, Mcs51Operand.Direct);
        Row(t, 0xC5, Mcs51Mnemonic.Xch, 1, Mcs51Operand.A, Mcs51Operand.Direct);
        AtR(t, 0xC6, Mcs51Mnemonic.Xch, 1, Mcs51Operand.A, Mcs51Operand.AtR);
        R(t, 0xC8, Mcs51Mnemonic.Xch, 1, Mcs51Operand.A, Mcs51Operand.R);
        AtR(t, 0xD6, Mcs51Mnemonic.Xchd, 1, Mcs51Operand.A, Mcs51Operand.AtR);
    }

    private static void AtR(Mcs51OpInfo[] t, int opcode, Mcs51Mnemonic mnemonic, byte cycles, Mcs51Operand first,
        Mcs51Operand second = Mcs51Operand.None, Mcs51Operand third = Mcs51Operand.None)
    {
        for (int i = 0; i < 2; i++)
        {
            Row(t, opcode + i, mnemonic, cycles, first, second, third);
        }
    }

    private static void R(Mcs51OpInfo[] t, int opcode, Mcs51Mnemonic mnemonic, byte cycles, Mcs51Operand first,
        Mcs51Operand second = Mcs51Operand.None, Mcs51Operand third = Mcs51Operand.None)
    {
        for (int i = 0; i < 8; i++)
        {
            Row(t, opcode + i, mnemonic, cycles, first, second, third);
        }
    }

    private static void Row(Mcs51OpInfo[] t, int opcode, Mcs51Mnemonic mnemonic, byte cycles,
        Mcs51Operand first = Mcs51Operand.None, Mcs51Operand second = Mcs51Operand.None,
        Mcs51Operand third = Mcs51Operand.None)
    {
        int size = 1 + Bytes(first) + Bytes(second) + Bytes(third);
        t[opcode] = new Mcs51OpInfo(mnemonic, first, second, third, (byte)size, cycles);
    }

    private static int Bytes(Mcs51Operand operand) => operand switch
    {
        >= Mcs51Operand.Address16 => 2,
        >= Mcs51Operand.Direct => 1,
        _ => 0,
    };
}
