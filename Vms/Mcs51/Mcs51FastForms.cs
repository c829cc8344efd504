using Form = Granary.Vms.Mcs51.Mcs51Operand;
using Op = Granary.Vms.Mcs51.Mcs51FastOp;

namespace Granary.Vms.Mcs51;

/// <summary>What the fields <c>A</c> and <c>B</c> of a decoded instruction hold.</summary>
internal enum Mcs51Shape : byte
{
    /// <summary>Nothing, and the byte behind the opcode.</summary>
    Immediate,

    /// <summary>The register number, and the byte behind the opcode (an immediate value or a direct address).</summary>
    Register,

    /// <summary>0 or 1 of R0 and R1, and the byte behind the opcode.</summary>
    Pointer,

    /// <summary>A direct address, and the byte behind it.</summary>
    Memory,

    /// <summary>The direct address that is written, and the one that is read.</summary>
    MemoryToMemory,

    /// <summary>The bit's byte as a direct address, and its mask.</summary>
    Bit,
}

/// <summary>Which operation of the fast loop an opcode is, before its operands are looked at.</summary>
internal static class Mcs51FastForms
{
    private static readonly (Op Op, Mcs51Shape Shape)[] s_forms =
        [.. Enumerable.Range(0, 256).Select(opcode => Find(Mcs51Opcodes.Info((byte)opcode)))];

    public static (Op Op, Mcs51Shape Shape) Of(byte opcode) => s_forms[opcode];

    private static (Op Op, Mcs51Shape Shape) Find(Mcs51OpInfo info)
    {
        Op op = info.Mnemonic switch
        {
            Mcs51Mnemonic.Undefined or Mcs51Mnemonic.Reti => Op.Slow,
            Mcs51Mnemonic.Ajmp or Mcs51Mnemonic.Ljmp or Mcs51Mnemonic.Sjmp => Op.Jump,
            Mcs51Mnemonic.Acall or Mcs51Mnemonic.Lcall => Op.Call,
            Mcs51Mnemonic.Jmp => Op.JumpADptr,
            Mcs51Mnemonic.Mov or Mcs51Mnemonic.Movc or Mcs51Mnemonic.Movx => FindMove(info.First, info.Second, info),
            Mcs51Mnemonic.Cjne => info.First switch
            {
                Form.R => Op.CjneRImm,
                Form.AtR => Op.CjneAtImm,
                _ => info.Second == Form.Direct ? Op.CjneAMem : Op.CjneAImm,
            },
            _ => Enum.Parse<Op>(info.Mnemonic + Suffix(info)),
        };
        return (op, ShapeOf(info));
    }

    private static Op FindMove(Form to, Form from, Mcs51OpInfo info) => (info.Mnemonic, to, from) switch
    {
        (Mcs51Mnemonic.Movc, _, Form.AtAPc) => Op.MovcPc,
        (Mcs51Mnemonic.Movc, _, _) => Op.MovcDptr,
        (Mcs51Mnemonic.Movx, Form.A, Form.AtDptr) => Op.MovxADptr,
        (Mcs51Mnemonic.Movx, Form.A, _) => Op.MovxAAt,
        (Mcs51Mnemonic.Movx, Form.AtDptr, _) => Op.MovxDptrA,
        (Mcs51Mnemonic.Movx, _, _) => Op.MovxAtA,
        (_, Form.Dptr, _) => Op.MovDptr,
        (_, Form.C, _) => Op.MovCBit,
        (_, Form.Bit, _) => Op.MovBitC,
        _ => Enum.Parse<Op>("Mov" + Word(to) + Word(from)),
    };

    private static string Suffix(Mcs51OpInfo info) => (info.First, info.Second) switch
    {
        (Form.None or Form.Relative, _) => "",
        (Form.AB, _) => "AB",
        (Form.C, Form.Bit) => "CBit",
        (Form.C, Form.NotBit) => "CNotBit",
        (Form.Bit, Form.Relative) => "",
        (Form.A, Form.None) => "A",
        (Form.A, _) => Word(info.Second),
        (_, Form.None or Form.Relative) => Word(info.First),
        _ => Word(info.First) + Word(info.Second),
    };

    private static string Word(Form form) => form switch
    {
        Form.A => "A",
        Form.C => "C",
        Form.Bit => "Bit",
        Form.R => "R",
        Form.AtR => "At",
        Form.Direct => "Mem",
        Form.Dptr => "Dptr",
        Form.Immediate => "Imm",
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "No operand of this form has a word."),
    };

    private static Mcs51Shape ShapeOf(Mcs51OpInfo info)
    {
        bool Has(Form form) => info.First == form || info.Second == form;
        return info switch
        {
            { First: Form.Direct, Second: Form.Direct } => Mcs51Shape.MemoryToMemory,
            _ when Has(Form.R) => Mcs51Shape.Register,
            _ when Has(Form.AtR) => Mcs51Shape.Pointer,
            _ when Has(Form.Direct) => Mcs51Shape.Memory,
            _ when Has(Form.Bit) || Has(Form.NotBit) => Mcs51Shape.Bit,
            _ => Mcs51Shape.Immediate,
        };
    }
}
