namespace Granary.Vms.Mova;

/// <summary>Turns byte code into instructions, once per program.</summary>
internal static class MovaDecoder
{
    /// <remarks>An undefined opcode is no error here: it traps when, and only when, it is reached.</remarks>
    public static MovaInstruction[] Decode(ReadOnlySpan<byte> code, VmLimits limits)
    {
        if (code.Length > limits.CodeBytesMax)
        {
            throw new InvalidCodeException(
                $"The code has {code.Length} bytes; the limit is {limits.CodeBytesMax}.", "");
        }
        int rest = code.Length % MovaOpcodes.InstructionBytes;
        if (rest != 0)
        {
            throw new InvalidCodeException(
                $"The last instruction has {rest} of {MovaOpcodes.InstructionBytes} bytes.",
                $"offset {code.Length - rest}");
        }
        MovaInstruction[] instructions = new MovaInstruction[code.Length / MovaOpcodes.InstructionBytes];
        for (int i = 0; i < instructions.Length; i++)
        {
            instructions[i] = MovaInstruction.Read(code[(i * MovaOpcodes.InstructionBytes)..]);
        }
        return instructions;
    }
}
