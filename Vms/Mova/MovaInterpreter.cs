namespace Granary.Vms.Mova;

/// <summary>The fast loop: the instructions that need nobody else.</summary>
internal static class MovaInterpreter
{
    /// <summary>
    /// Runs PUT, ADD and GOTO while the allowance covers them, and stops in front of whatever else comes: the end,
    /// PRINT, SLEEP, a trap, a stack that must grow. Never does half an instruction.
    /// </summary>
    /// <returns>The gas spent.</returns>
    public static long Sprint(
        MovaInstruction[] code, int[] stack, long allowance, ref uint instructionPointer, ref int stackSlots)
    {
        uint ip = instructionPointer;
        int depth = stackSlots;
        long left = allowance;
        while (left >= MovaGas.Step && ip < (uint)code.Length)
        {
            MovaInstruction next = code[ip];
            switch (next.Op)
            {
                case MovaOp.Put when (uint)depth < (uint)stack.Length:
                    stack[depth++] = next.Operand;
                    ip++;
                    break;
                case MovaOp.Add when depth > 0:
                    stack[depth - 1] = unchecked(stack[depth - 1] + next.Operand);
                    ip++;
                    break;
                case MovaOp.Goto:
                    ip = unchecked(ip - (uint)next.Operand);
                    break;
                default:
                    goto stop;
            }
            left -= MovaGas.Step;
        }
    stop:
        instructionPointer = ip;
        stackSlots = depth;
        return allowance - left;
    }
}
