using System.Buffers;
using System.Globalization;
using System.Text;

namespace Granary.Vms.Script;

/// <summary>Saves and restores machines. The format is in <c>README.md</c>.</summary>
internal static class ScriptSnapshot
{
    public const string SectionName = "state";

    /// <summary>The version of the save format, the section's first byte.</summary>
    public const byte FormatVersion = 1;

    /// <summary>The most that a saved machine takes beside the bytes of its byte strings.</summary>
    public const int OverheadBytesMax = HeaderBytes + ScriptNames.VariablesMax * IntegerBytes;

    /// <summary>Version, phase, program counter, number of variables.</summary>
    private const int HeaderBytes = 1 + 1 + 4 + 4;

    private const int IntegerBytes = 1 + 8;
    private const int StringHeaderBytes = 1 + 4;
    private const byte IntegerTag = 0;
    private const byte StringTag = 1;

    /// <summary>How much of a byte string a description shows.</summary>
    private const int DescribedBytesMax = 64;

    /// <summary>The size of the section of a machine that is handling a message.</summary>
    public static long GetBytes(ScriptState state)
    {
        long bytes = HeaderBytes;
        foreach (ScriptValue value in state.Variables)
        {
            bytes += value.IsInteger ? IntegerBytes : StringHeaderBytes + value.BytesHeld;
        }
        return bytes;
    }

    public static void Save(ScriptState state, ISnapshotSink snapshot)
    {
        ArrayBufferWriter<byte> output = new((int)GetBytes(state));
        SnapshotWriter writer = new(output);
        writer.WriteByte(FormatVersion);
        writer.WriteByte((byte)state.Phase);
        writer.WriteUInt32((uint)state.Pc);
        // An idle machine keeps nothing, so nothing of it is written.
        ReadOnlySpan<ScriptValue> variables = state.Phase == ScriptPhase.Idle ? [] : state.Variables;
        writer.WriteUInt32((uint)variables.Length);
        foreach (ScriptValue value in variables)
        {
            if (value.Bytes is { } bytes)
            {
                writer.WriteByte(StringTag);
                writer.WriteBytes(bytes);
            }
            else
            {
                writer.WriteByte(IntegerTag);
                writer.WriteInt64(value.Integer);
            }
        }
        snapshot.WriteSection(SectionName, output.WrittenSpan);
    }

    /// <exception cref="SnapshotFormatException">It is broken, over a limit, or not of this program.</exception>
    public static ScriptState Restore(ISnapshotSource snapshot, ScriptProgram program)
    {
        ScriptState state = new(program);
        SnapshotReader reader = Open(snapshot, out ReadOnlyMemory<byte> _);
        state.Phase = ReadPhase(ref reader);
        state.Pc = reader.ReadCount(program.Instructions.Length - 1);
        int count = reader.ReadCount(program.Variables.Length);
        bool idle = state.Phase == ScriptPhase.Idle;
        if (idle && state.Pc != 0)
        {
            throw new SnapshotFormatException($"An idle machine stands at instruction {state.Pc} instead of 0.");
        }
        int expected = idle ? 0 : program.Variables.Length;
        if (count != expected)
        {
            throw new SnapshotFormatException(
                $"The machine has {count} variables; in its phase it has {expected}.");
        }
        for (int slot = 0; slot < count; slot++)
        {
            if (!state.TrySet(slot, ReadValue(ref reader, program.Limits.ValueBytesMax)))
            {
                throw new SnapshotFormatException($"The variables hold over {program.HeldBytesMax} bytes.");
            }
        }
        reader.ExpectEnd();
        if (state.Phase is ScriptPhase.Waiting or ScriptPhase.AnswerTooLarge
            && !ScriptSuspensions.Suspends(program.Instructions[state.Pc].Op))
        {
            throw new SnapshotFormatException($"Instruction {state.Pc} is none that waits.");
        }
        return state;
    }

    /// <summary>A saved machine for people. Names of variables are in the code, so here most have numbers.</summary>
    /// <exception cref="SnapshotFormatException">The snapshot is not one of this engine's.</exception>
    public static string Describe(ISnapshotSource snapshot)
    {
        SnapshotReader reader = Open(snapshot, out ReadOnlyMemory<byte> section);
        StringBuilder text = new();
        text.Append(NumberFormatInfo.InvariantInfo, $"phase {ReadPhase(ref reader)}\n");
        text.Append(NumberFormatInfo.InvariantInfo, $"instruction {reader.ReadCount(int.MaxValue)}\n");
        int count = reader.ReadCount(ScriptNames.VariablesMax);
        for (int slot = 0; slot < count; slot++)
        {
            ScriptValue value = ReadValue(ref reader, section.Length);
            text.Append(slot < ScriptNames.Predefined.Count
                ? ScriptNames.Predefined[slot]
                : string.Create(NumberFormatInfo.InvariantInfo, $"variable {slot}"));
            text.Append(" = ");
            AppendValue(text, value);
            text.Append('\n');
        }
        reader.ExpectEnd();
        return text.ToString();
    }

    /// <summary>The variables that the next instruction names, each once.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> DescribeOperands(ScriptProgram program, ScriptState state)
    {
        ScriptInstruction instruction = program.Instructions[state.Pc];
        ScriptOpInfo info = ScriptOpcodes.Info(instruction.Op);
        List<KeyValuePair<string, string>> values = [];
        for (int i = 0; i < info.Operands.Length; i++)
        {
            int slot = instruction[i];
            if (slot is < 0 or ScriptInstruction.Absent
                || info.Operands[i] is ScriptOperand.Comparison or ScriptOperand.Target or ScriptOperand.GotoTarget
                || values.Exists(v => v.Key == program.Variables[slot]))
            {
                continue;
            }
            StringBuilder text = new();
            AppendValue(text, state.Variables[slot]);
            values.Add(new(program.Variables[slot], text.ToString()));
        }
        return values;
    }

    private static void AppendValue(StringBuilder text, ScriptValue value)
    {
        if (value.Bytes is not { } bytes)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"{value.Integer}");
            return;
        }
        ScriptDisassembler.AppendLiteral(text, bytes.AsSpan(0, Math.Min(bytes.Length, DescribedBytesMax)));
        if (bytes.Length > DescribedBytesMax)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $" and {bytes.Length - DescribedBytesMax} bytes more");
        }
    }

    private static SnapshotReader Open(ISnapshotSource snapshot, out ReadOnlyMemory<byte> section)
    {
        if (!snapshot.TryReadSection(SectionName, out section))
        {
            throw new SnapshotFormatException($"The snapshot has no section '{SectionName}'.");
        }
        SnapshotReader reader = new(section.Span);
        byte version = reader.ReadByte();
        return version == FormatVersion
            ? reader
            : throw new SnapshotFormatException($"Format version {version} is not {FormatVersion}.");
    }

    private static ScriptPhase ReadPhase(ref SnapshotReader reader)
    {
        ScriptPhase phase = (ScriptPhase)reader.ReadByte();
        return phase <= ScriptPhase.AnswerTooLarge
            ? phase
            : throw new SnapshotFormatException($"There is no phase {(byte)phase}.");
    }

    private static ScriptValue ReadValue(ref SnapshotReader reader, int bytesMax)
    {
        byte tag = reader.ReadByte();
        return tag switch
        {
            IntegerTag => new ScriptValue(reader.ReadInt64()),
            StringTag => new ScriptValue(reader.ReadBytes(bytesMax).ToArray()),
            _ => throw new SnapshotFormatException($"There is no kind of value {tag}."),
        };
    }
}
