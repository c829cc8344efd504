namespace Granary.Vms.Script;

/// <summary>Writes a program as code; the mirror of <see cref="ScriptDecoder"/>.</summary>
internal static class ScriptEncoder
{
    /// <param name="variables">Names by slot, the predefined ones first; those are not stored.</param>
    /// <param name="handlers">Their starts count instructions as stored, that is without ends.</param>
    /// <param name="instructions">Their targets count likewise.</param>
    public static byte[] Encode(IReadOnlyList<string> variables, IReadOnlyList<ScriptHandler> handlers,
        IReadOnlyList<ScriptInstruction> instructions, IReadOnlyList<ScriptValue> constants)
    {
        ScriptCodeWriter writer = new();
        writer.WriteByte(ScriptDecoder.FormatVersion);
        writer.WriteVarint((ulong)(variables.Count - ScriptNames.Predefined.Count));
        foreach (string name in variables.Skip(ScriptNames.Predefined.Count))
        {
            writer.WriteName(name);
        }
        writer.WriteVarint((ulong)handlers.Count);
        int line = 0;
        for (int h = 0; h < handlers.Count; h++)
        {
            ScriptHandler handler = handlers[h];
            int end = h + 1 < handlers.Count ? handlers[h + 1].Start : instructions.Count;
            writer.WriteVarint((ulong)(handler.Line - line));
            line = handler.Line;
            writer.WriteName(handler.Name);
            writer.WriteVarint((ulong)(end - handler.Start));
            for (int i = handler.Start; i < end; i++)
            {
                writer.WriteVarint((ulong)(instructions[i].Line - line));
                line = instructions[i].Line;
                WriteInstruction(writer, instructions[i], constants);
            }
        }
        return writer.ToArray();
    }

    private static void WriteInstruction(
        ScriptCodeWriter writer, in ScriptInstruction instruction, IReadOnlyList<ScriptValue> constants)
    {
        writer.WriteByte((byte)instruction.Op);
        ScriptOperand[] shapes = ScriptOpcodes.Info(instruction.Op).Operands;
        for (int i = 0; i < shapes.Length; i++)
        {
            int operand = instruction[i];
            if (shapes[i] is ScriptOperand.Comparison or ScriptOperand.GotoTarget or ScriptOperand.Target)
            {
                writer.WriteVarint((ulong)operand);
            }
            else if (operand == ScriptInstruction.Absent)
            {
                writer.WriteByte(ScriptDecoder.AbsentTag);
            }
            else if (operand >= 0)
            {
                writer.WriteByte((byte)operand);
            }
            else
            {
                WriteLiteral(writer, constants[~operand]);
            }
        }
    }

    private static void WriteLiteral(ScriptCodeWriter writer, ScriptValue value)
    {
        if (value.Bytes is { } bytes)
        {
            writer.WriteByte(ScriptDecoder.BytesTag);
            writer.WriteBytes(bytes);
        }
        else
        {
            writer.WriteByte(ScriptDecoder.IntegerTag);
            writer.WriteInteger(value.Integer);
        }
    }
}
