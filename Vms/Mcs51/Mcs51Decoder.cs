using Op = Granary.Vms.Mcs51.Mcs51FastOp;

namespace Granary.Vms.Mcs51;

/// <summary>Turns every address of an image into the instruction that would run from there.</summary>
internal static class Mcs51Decoder
{
    public const int CodeBytesMax = 0x1_0000;

    /// <summary>One instruction for each byte of the image: nothing says where a program may jump to.</summary>
    public static Mcs51Instruction[] Decode(ReadOnlySpan<byte> rom, Mcs51Variant variant)
    {
        Mcs51Instruction[] decoded = new Mcs51Instruction[rom.Length];
        for (int at = 0; at < rom.Length; at++)
        {
            decoded[at] = Decode(rom, at, variant);
        }
        return decoded;
    }

    /// <summary>The byte that a bit address lies in, as a direct address.</summary>
    public static int BitByte(byte bit) => bit < 0x80 ? 0x20 + (bit >> 3) : bit & 0xF8;

    public static byte BitMask(byte bit) => (byte)(1 << (bit & 7));

    /// <summary>Where the jump of the instruction leads, or its 16-bit immediate value; else nothing of use.</summary>
    public static ushort Target(ReadOnlySpan<byte> rom, int at)
    {
        byte opcode = rom[at];
        ref readonly Mcs51OpInfo info = ref Mcs51Opcodes.Info(opcode);
        ushort next = (ushort)(at + info.Size);
        if (info.First == Mcs51Operand.Address11)
        {
            return (ushort)((next & 0xF800) | ((opcode & 0xE0) << 3) | ByteAt(rom, at + 1));
        }
        bool isRelative = info.First == Mcs51Operand.Relative || info.Second == Mcs51Operand.Relative
            || info.Third == Mcs51Operand.Relative;
        return isRelative
            ? (ushort)(next + (sbyte)ByteAt(rom, at + info.Size - 1))
            : (ushort)(ByteAt(rom, at + 1) << 8 | ByteAt(rom, at + 2));
    }

    public static Mcs51Instruction Decode(ReadOnlySpan<byte> rom, int at, Mcs51Variant variant)
    {
        byte opcode = rom[at];
        ref readonly Mcs51OpInfo info = ref Mcs51Opcodes.Info(opcode);
        (Op op, Mcs51Shape shape) = Mcs51FastForms.Of(opcode);
        byte first = ByteAt(rom, at + 1);
        byte second = ByteAt(rom, at + 2);
        (byte a, byte b) = shape switch
        {
            Mcs51Shape.Register => ((byte)(opcode & 7), first),
            Mcs51Shape.Pointer => ((byte)(opcode & 1), first),
            Mcs51Shape.Memory => (first, second),
            Mcs51Shape.MemoryToMemory => (second, first),
            Mcs51Shape.Bit => ((byte)BitByte(first), BitMask(first)),
            _ => ((byte)0, first),
        };
        ushort target = Target(rom, at);
        if (info.Mnemonic == Mcs51Mnemonic.Undefined && variant == Mcs51Variant.Dacrs)
        {
            // The contract machine does not get past it: a jump to itself burns its steps.
            (op, target) = (Op.Jump, (ushort)at);
        }
        // Where a contract meets the host, and where stock code has come to its end.
        bool isGate = variant == Mcs51Variant.Dacrs
            ? at is Mcs51Layout.ExitGate or Mcs51Layout.ApiGate
            : op == Op.Jump && target == at;
        return new Mcs51Instruction(
            isGate ? Op.Slow : Narrow(op, shape, a, b, variant),
            variant == Mcs51Variant.Stock ? info.Cycles : (byte)1,
            a, b, (ushort)(at + info.Size), target);
    }

    // The fast loop keeps accumulator, carry and parity elsewhere, and knows nothing of side effects.
    private static Op Narrow(Op op, Mcs51Shape shape, byte a, byte b, Mcs51Variant variant)
    {
        switch (shape)
        {
            case Mcs51Shape.Memory when op is Op.PushMem or Op.PopMem && a == Mcs51Registers.Acc:
                return op == Op.PushMem ? Op.PushAcc : Op.PopAcc;
            case Mcs51Shape.Memory when op is Op.PushMem or Op.PopMem && a == Mcs51Registers.Sp:
                return Op.Slow;
            case Mcs51Shape.Memory:
                return IsPlain(a, variant) ? op : Op.Slow;
            case Mcs51Shape.MemoryToMemory:
                return IsPlain(a, variant) && IsPlain(b, variant) ? op : Op.Slow;
            case Mcs51Shape.Register or Mcs51Shape.Pointer
                when op is Op.MovMemR or Op.MovMemAt or Op.MovRMem or Op.MovAtMem:
                return IsPlain(b, variant) ? op : Op.Slow;
            case Mcs51Shape.Bit when a == Mcs51Registers.Acc:
                return op switch
                {
                    Op.Jb => Op.JbAcc,
                    Op.Jnb => Op.JnbAcc,
                    Op.MovCBit => Op.MovCAcc,
                    _ => Op.Slow,
                };
            case Mcs51Shape.Bit when a == Mcs51Registers.Psw:
                const byte slowBits = Mcs51Registers.PswCy | Mcs51Registers.PswBank | Mcs51Registers.PswP;
                return (b & slowBits) != 0 ? Op.Slow : op;
            case Mcs51Shape.Bit:
                return IsPlain(a, variant) ? op : Op.Slow;
            default:
                return op;
        }
    }

    private static bool IsPlain(byte address, Mcs51Variant variant) =>
        address is not (Mcs51Registers.Acc or Mcs51Registers.Psw)
        && (variant == Mcs51Variant.Dacrs || !Mcs51Peripherals.Owns(address));

    private static byte ByteAt(ReadOnlySpan<byte> rom, int at) =>
        (at & 0xFFFF) < rom.Length ? rom[at & 0xFFFF] : (byte)0;
}
