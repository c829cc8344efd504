namespace Granary.Vms.Mova;

/// <summary>The five instructions. Stored in programs: numbers never change.</summary>
internal enum MovaOp : byte
{
    /// <summary>No instruction; stands for every opcode that the table does not name.</summary>
    Undefined = 0x00,

    /// <summary>Pushes the operand, 0 to 16,777,215.</summary>
    Put = 0x01,

    /// <summary>Adds the operand to the top item, wrapping in 32 bits.</summary>
    Add = 0x02,

    /// <summary>Subtracts the operand from the instruction pointer, counted from the GOTO itself.</summary>
    Goto = 0x03,

    /// <summary>Prints the top item as a decimal line and keeps it.</summary>
    Print = 0x04,

    /// <summary>Waits as many milliseconds as the operand says.</summary>
    Sleep = 0x05,
}

/// <summary>One row of the instruction table; an empty name means undefined.</summary>
/// <param name="Needs">Items that must be on the stack.</param>
/// <param name="Change">By how many items the stack grows.</param>
internal readonly record struct MovaOpInfo(string Name, bool TakesOperand, byte Needs, byte Change);

/// <summary>The instruction set as data; container, assembler and disassembler read it.</summary>
internal static class MovaOpcodes
{
    public const int InstructionBytes = 4;

    /// <summary>Operands have 24 bits and no sign.</summary>
    public const int OperandMax = 0xFF_FFFF;

    private static readonly MovaOpInfo[] Table = BuildTable();

    /// <summary>All defined instructions, by opcode.</summary>
    public static IReadOnlyList<MovaOp> Defined { get; } =
        [MovaOp.Put, MovaOp.Add, MovaOp.Goto, MovaOp.Print, MovaOp.Sleep];

    public static MovaOpInfo Info(MovaOp op) => Table[(byte)op];

    public static bool IsDefined(MovaOp op) => Table[(byte)op].Name.Length != 0;

    private static MovaOpInfo[] BuildTable()
    {
        MovaOpInfo[] table = new MovaOpInfo[256];
        Array.Fill(table, new MovaOpInfo("", TakesOperand: false, Needs: 0, Change: 0));
        table[(byte)MovaOp.Put] = new("PUT", TakesOperand: true, Needs: 0, Change: 1);
        table[(byte)MovaOp.Add] = new("ADD", TakesOperand: true, Needs: 1, Change: 0);
        table[(byte)MovaOp.Goto] = new("GOTO", TakesOperand: true, Needs: 0, Change: 0);
        table[(byte)MovaOp.Print] = new("PRINT", TakesOperand: false, Needs: 1, Change: 0);
        table[(byte)MovaOp.Sleep] = new("SLEEP", TakesOperand: true, Needs: 0, Change: 0);
        return table;
    }
}
