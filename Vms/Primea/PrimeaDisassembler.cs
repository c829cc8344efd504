using System.Globalization;
using System.Text;

namespace Granary.Vms.Primea;

/// <summary>Worlds as JSON that compiles to the same bytes.</summary>
internal static class PrimeaDisassembler
{
    private const string NewStep = "\n    ";

    public static string Disassemble(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            PrimeaCode code = PrimeaCode.Decode(bytes);
            StringBuilder text = new();
            text.Append(NumberFormatInfo.InvariantInfo, $$"""
                {
                  "model": "{{(code.Model == PrimeaModel.Actors ? "actors" : "ports")}}",
                  "meter": {{Text(code.Meter)}},
                  "nonce": {{code.Nonce}},
                  "steps": [
                """);
            PrimeaReader reader = new(code.Operations.Span);
            int count = reader.ReadArray();
            for (int i = 0; i < count; i++)
            {
                text.Append(i == 0 ? NewStep : "," + NewStep);
                WriteOperation(text, ref reader);
            }
            return text.Append("\n  ]\n}\n").ToString();
        }
        catch (PrimeaFormatException)
        {
            return $"// no world: {Convert.ToHexStringLower(bytes.Span)}\n";
        }
    }

    private static void WriteOperation(StringBuilder text, ref PrimeaReader reader)
    {
        reader.ReadArray();
        PrimeaOp op = (PrimeaOp)reader.ReadUnsigned();
        switch (op)
        {
            case PrimeaOp.Root:
                text.Append("""{"do": "root"}""");
                break;
            case PrimeaOp.Messages:
                text.Append("""{"do": "send", "messages": [""");
                int count = reader.ReadArray();
                for (int i = 0; i < count; i++)
                {
                    text.Append(i == 0 ? "" : ",").Append(NewStep).Append("  ");
                    WriteMessage(text, ref reader);
                }
                text.Append("]}");
                break;
            default:
                string kind = op switch
                {
                    PrimeaOp.New => PrimeaEntries.NewActor,
                    PrimeaOp.Module => PrimeaEntries.CreateModule,
                    _ => PrimeaEntries.CreateActor,
                };
                text.Append(NumberFormatInfo.InvariantInfo, $$"""{"do": "{{kind}}", """);
                WriteCreation(text, op, ref reader);
                text.Append('}');
                break;
        }
    }

    private static void WriteMessage(StringBuilder text, ref PrimeaReader reader)
    {
        reader.ReadArray();
        text.Append(NumberFormatInfo.InvariantInfo,
            $$"""{"to": {{Name(ref reader)}}, "gas": {{reader.ReadUnsigned()}}""");
        text.Append(NumberFormatInfo.InvariantInfo,
            $$""", "label": {{Name(ref reader)}}, "fromTicks": {{reader.ReadUnsigned()}}, "script": """);
        WriteScript(text, ref reader);
        text.Append('}');
    }

    private static void WriteScript(StringBuilder text, ref PrimeaReader reader)
    {
        int count = reader.ReadArray();
        text.Append('[');
        for (int i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            WriteStep(text, ref reader);
        }
        text.Append(']');
    }

    private static void WriteStep(StringBuilder text, ref PrimeaReader reader)
    {
        reader.ReadArray();
        PrimeaOp op = (PrimeaOp)reader.ReadUnsigned();
        text.Append(NumberFormatInfo.InvariantInfo, $$"""{"{{PrimeaOpcodes.Info(op).Name}}": """);
        switch (op)
        {
            case PrimeaOp.Tick:
                text.Append(NumberFormatInfo.InvariantInfo, $"{reader.ReadUnsigned()}");
                break;
            case PrimeaOp.Pop:
                text.Append('1');
                break;
            case PrimeaOp.Fail or PrimeaOp.Delete:
                text.Append(Name(ref reader));
                break;
            case PrimeaOp.Push:
                WriteValue(text, ref reader);
                break;
            case PrimeaOp.Put:
                text.Append(NumberFormatInfo.InvariantInfo, $"[{reader.ReadUnsigned()}, ");
                WriteValue(text, ref reader);
                text.Append(']');
                break;
            case PrimeaOp.Channel or PrimeaOp.Bind or PrimeaOp.Unbind:
                text.Append(NumberFormatInfo.InvariantInfo, $"[{Name(ref reader)}, {Name(ref reader)}]");
                break;
            case PrimeaOp.New or PrimeaOp.Module or PrimeaOp.Actor:
                text.Append('{');
                WriteCreation(text, op, ref reader);
                text.Append('}');
                break;
            default:
                WriteSending(text, op, ref reader);
                break;
        }
        text.Append('}');
    }

    private static void WriteSending(StringBuilder text, PrimeaOp op, ref PrimeaReader reader)
    {
        switch (op)
        {
            case PrimeaOp.Send:
                text.Append(NumberFormatInfo.InvariantInfo,
                    $$"""{"to": {{Name(ref reader)}}, "gas": {{reader.ReadUnsigned()}}""");
                text.Append(NumberFormatInfo.InvariantInfo, $", \"label\": {Name(ref reader)}");
                break;
            case PrimeaOp.Egress:
                text.Append(NumberFormatInfo.InvariantInfo,
                    $$"""{"gas": {{reader.ReadUnsigned()}}, "label": {{Name(ref reader)}}""");
                text.Append(NumberFormatInfo.InvariantInfo, $$""", "data": "{{Hex(ref reader)}}"}""");
                return;
            default:
                text.Append(op == PrimeaOp.Instance
                    ? string.Create(NumberFormatInfo.InvariantInfo, $$"""{"type": {{reader.ReadUnsigned()}}""")
                    : $$"""{"port": {{Name(ref reader)}}""");
                text.Append(", \"ports\": [");
                int ports = reader.ReadArray();
                for (int i = 0; i < ports; i++)
                {
                    text.Append(i == 0 ? "" : ", ").Append(Name(ref reader));
                }
                text.Append(NumberFormatInfo.InvariantInfo, $"], \"label\": {Name(ref reader)}");
                break;
        }
        text.Append(", \"script\": ");
        WriteScript(text, ref reader);
        text.Append('}');
    }

    private static void WriteCreation(StringBuilder text, PrimeaOp op, ref PrimeaReader reader)
    {
        text.Append(NumberFormatInfo.InvariantInfo, $"\"as\": {Name(ref reader)}, ");
        if (op == PrimeaOp.Actor)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"\"module\": {Name(ref reader)}");
            return;
        }
        text.Append(NumberFormatInfo.InvariantInfo, $"\"type\": {reader.ReadUnsigned()}, \"code\": ");
        text.Append(reader.TryReadNull() ? "null" : $"\"{Hex(ref reader)}\"");
        text.Append(", \"storage\": ");
        WriteValue(text, ref reader);
    }

    private static void WriteValue(StringBuilder text, ref PrimeaReader reader)
    {
        switch (reader.PeekMajor())
        {
            case 0 or 1:
                text.Append(NumberFormatInfo.InvariantInfo, $"{reader.ReadInteger()}");
                break;
            case 2:
                text.Append(NumberFormatInfo.InvariantInfo, $$"""{"b": "{{Hex(ref reader)}}"}""");
                break;
            case 3:
                text.Append(NumberFormatInfo.InvariantInfo, $$"""{"t": {{Name(ref reader)}}}""");
                break;
            case 4:
                int count = reader.ReadArray();
                text.Append('[');
                for (int i = 0; i < count; i++)
                {
                    text.Append(i == 0 ? "" : ", ");
                    WriteValue(text, ref reader);
                }
                text.Append(']');
                break;
            case 6:
                WriteTagged(text, ref reader);
                break;
            default:
                text.Append(reader.TryReadNull() ? "null" : Text(reader.ReadBool()));
                break;
        }
    }

    private static void WriteTagged(StringBuilder text, ref PrimeaReader reader)
    {
        switch (reader.ReadTag())
        {
            case PrimeaTags.Link:
                text.Append("{\"link\": ");
                WriteValue(text, ref reader);
                text.Append('}');
                break;
            case PrimeaTags.Id:
                text.Append(NumberFormatInfo.InvariantInfo, $$"""{"id": {{Name(ref reader)}}}""");
                break;
            case PrimeaTags.Actor:
                text.Append(NumberFormatInfo.InvariantInfo, $$"""{"actorRef": {{Name(ref reader)}}}""");
                break;
            default:
                reader.ReadArray();
                text.Append(NumberFormatInfo.InvariantInfo,
                    $$$"""{"func": {"actor": {{{Name(ref reader)}}}, "gas": {{{reader.ReadUnsigned()}}}}}""");
                break;
        }
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static string Hex(ref PrimeaReader reader) => Convert.ToHexStringLower(reader.ReadBytes(int.MaxValue));

    private static string Name(ref PrimeaReader reader) => $"\"{PrimeaLog.Text(reader.ReadText(int.MaxValue))}\"";
}
