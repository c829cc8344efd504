using System.Text.Json;

namespace Granary.Vms.Primea;

/// <summary>Scripts and values in JSON to their CBOR.</summary>
internal static class PrimeaScriptCompiler
{
    /// <summary>A list of steps; a step is an object with one field, the instruction.</summary>
    public static byte[] ReadScript(ref PrimeaJson json, PrimeaModel model, int depth)
    {
        if (depth == PrimeaLimits.ScriptDepthMax)
        {
            throw json.Bad($"scripts are nested deeper than {PrimeaLimits.ScriptDepthMax}");
        }
        json.Expect(JsonTokenType.StartArray, "script: a list");
        PrimeaWriter steps = new();
        int count = 0;
        while (json.NextItem())
        {
            json.Expect(JsonTokenType.StartObject, "a step in braces");
            if (!json.NextField(out string name))
            {
                throw json.Bad("a step has one field: its instruction");
            }
            PrimeaUse use = model == PrimeaModel.Actors ? PrimeaUse.Actors : PrimeaUse.Ports;
            if (!PrimeaOpcodes.TryFind(name, use, out PrimeaOp op))
            {
                throw json.Bad($"there is no instruction \"{name}\"");
            }
            WriteStep(ref json, model, op, name, steps, depth);
            json.Next();
            json.Expect(JsonTokenType.EndObject, "the end of the step, which has one field,");
            count++;
        }
        PrimeaWriter script = new();
        script.Array(count);
        script.Raw(steps.Span);
        return script.ToArray();
    }

    public static void WriteValue(ref PrimeaJson json, PrimeaModel model, PrimeaWriter output, int depth)
    {
        if (depth == PrimeaLimits.ValueDepthMax)
        {
            throw json.Bad($"values are nested deeper than {PrimeaLimits.ValueDepthMax}");
        }
        switch (json.Token)
        {
            case JsonTokenType.Number:
                output.Integer(json.Integer());
                break;
            case JsonTokenType.True or JsonTokenType.False:
                output.Bool(json.Token == JsonTokenType.True);
                break;
            case JsonTokenType.Null:
                output.Null();
                break;
            case JsonTokenType.StartArray:
                PrimeaWriter items = new();
                int count = 0;
                while (json.NextItem())
                {
                    WriteValue(ref json, model, items, depth + 1);
                    count++;
                }
                output.Array(count);
                output.Raw(items.Span);
                break;
            case JsonTokenType.StartObject:
                WriteMarked(ref json, model, output, depth);
                break;
            default:
                throw json.Bad("""a value is expected; texts are {"t": ".."}, byte strings {"b": ".."}""");
        }
    }

    /// <summary>A value in braces: one field that says what it is.</summary>
    private static void WriteMarked(ref PrimeaJson json, PrimeaModel model, PrimeaWriter output, int depth)
    {
        if (!json.NextField(out string kind))
        {
            throw json.Bad("a value in braces has one field: b, t, link, id, func or actorRef");
        }
        if (model == PrimeaModel.Ports && kind is not ("b" or "t"))
        {
            throw json.Bad($"there is no value \"{kind}\" in a world of ports; there are b and t");
        }
        switch (kind)
        {
            case "b":
                output.Bytes(json.Hex(kind));
                break;
            case "t":
                output.Text(json.Text(kind, int.MaxValue));
                break;
            case "link":
                output.Tag(PrimeaTags.Link);
                WriteValue(ref json, model, output, depth + 1);
                break;
            case "id" or "actorRef":
                output.Tag(kind == "id" ? PrimeaTags.Id : PrimeaTags.Actor);
                output.Text(json.Name(kind));
                break;
            case "func":
                WriteFunction(ref json, output);
                break;
            default:
                throw json.Bad($"there is no value \"{kind}\"; there are b, t, link, id, func and actorRef");
        }
        json.Next();
        json.Expect(JsonTokenType.EndObject, "the end of the value, which has one field,");
    }

    private static void WriteFunction(ref PrimeaJson json, PrimeaWriter output)
    {
        json.Expect(JsonTokenType.StartObject, "func: braces");
        long start = json.Offset;
        PrimeaFields fields = new("actor", "gas");
        string actor = "";
        long gas = 0;
        while (json.NextField(out string name))
        {
            if (fields.Take(ref json, name) == 0)
            {
                actor = json.Name(name);
            }
            else
            {
                gas = json.Amount(name);
            }
        }
        fields.Check(start, "func", [0, 1], []);
        output.Tag(PrimeaTags.Function);
        output.Array(2);
        output.Text(actor);
        output.Unsigned((ulong)gas);
    }

    private static void WriteStep(
        ref PrimeaJson json, PrimeaModel model, PrimeaOp op, string name, PrimeaWriter output, int depth)
    {
        switch (op)
        {
            case PrimeaOp.Tick:
                Begin(output, op, operands: 1);
                output.Unsigned((ulong)json.Amount(name));
                break;
            case PrimeaOp.Push:
                Begin(output, op, operands: 1);
                WriteValue(ref json, model, output, depth: 0);
                break;
            case PrimeaOp.Put:
                WritePut(ref json, model, output);
                break;
            case PrimeaOp.Pop:
                // Its operand says nothing; a step has to have one.
                json.Amount(name);
                Begin(output, op, operands: 0);
                break;
            case PrimeaOp.Fail:
                Begin(output, op, operands: 1);
                output.Text(json.Text(name, PrimeaLimits.ErrorBytesMax));
                break;
            case PrimeaOp.Delete:
                Begin(output, op, operands: 1);
                output.Text(json.Name(name));
                break;
            case PrimeaOp.New or PrimeaOp.Module or PrimeaOp.Actor:
                WriteCreation(ref json, op, name, output);
                break;
            case PrimeaOp.Channel or PrimeaOp.Bind or PrimeaOp.Unbind:
                WritePair(ref json, op, name, output);
                break;
            default:
                WriteMessage(ref json, model, op, name, output, depth);
                break;
        }
    }

    private static void WritePut(ref PrimeaJson json, PrimeaModel model, PrimeaWriter output)
    {
        json.Expect(JsonTokenType.StartArray, "put: [index, value]");
        json.Next();
        Begin(output, PrimeaOp.Put, operands: 2);
        output.Unsigned((ulong)json.Amount("put: the index"));
        json.Next();
        WriteValue(ref json, model, output, depth: 0);
        json.Next();
        json.Expect(JsonTokenType.EndArray, "put: the end of [index, value]");
    }

    private static void WriteCreation(ref PrimeaJson json, PrimeaOp op, string step, PrimeaWriter output)
    {
        json.Expect(JsonTokenType.StartObject, $"{step}: braces");
        long start = json.Offset;
        PrimeaFields fields = new("as", "type", "code", "storage", "module");
        PrimeaCreation made = new();
        while (json.NextField(out string name))
        {
            fields.Take(ref json, name);
            made.Read(ref json, name);
        }
        if (op == PrimeaOp.Actor)
        {
            fields.Check(start, step, [0, 4], []);
        }
        else
        {
            fields.Check(start, step, [0, 1], [2, 3]);
        }
        made.Write(op, output);
    }

    private static void WritePair(ref PrimeaJson json, PrimeaOp op, string step, PrimeaWriter output)
    {
        json.Expect(JsonTokenType.StartArray, $"{step}: two names");
        json.Next();
        Begin(output, op, operands: 2);
        output.Text(json.Name(step));
        json.Next();
        output.Text(json.Name(step));
        json.Next();
        json.Expect(JsonTokenType.EndArray, $"{step}: the end behind two names");
    }

    /// <summary>What sends something: to an actor, to the driver, through a port, to a new instance.</summary>
    private static void WriteMessage(
        ref PrimeaJson json, PrimeaModel model, PrimeaOp op, string step, PrimeaWriter output, int depth)
    {
        json.Expect(JsonTokenType.StartObject, $"{step}: braces");
        long start = json.Offset;
        PrimeaFields fields = new("to", "gas", "label", "script", "data", "port", "ports", "type");
        string target = "";
        string label = "";
        long gas = 0;
        long type = 0;
        byte[] script = [0x80];
        byte[] data = [];
        List<string> ports = [];
        while (json.NextField(out string name))
        {
            switch (fields.Take(ref json, name))
            {
                case 0 or 5:
                    target = json.Name(name);
                    break;
                case 1:
                    gas = json.Amount(name);
                    break;
                case 2:
                    label = json.Text(name, PrimeaLimits.NameBytesMax);
                    break;
                case 3:
                    script = ReadScript(ref json, model, depth + 1);
                    break;
                case 4:
                    data = json.Hex(name);
                    break;
                case 6:
                    ports = ReadNames(ref json, name);
                    break;
                default:
                    type = json.Amount(name);
                    break;
            }
        }
        switch (op)
        {
            case PrimeaOp.Send:
                fields.Check(start, step, [0, 1], [2, 3]);
                Begin(output, op, operands: 4);
                output.Text(target);
                output.Unsigned((ulong)gas);
                break;
            case PrimeaOp.Egress:
                fields.Check(start, step, [1, 4], [2]);
                Begin(output, op, operands: 3);
                output.Unsigned((ulong)gas);
                output.Text(label);
                output.Bytes(data);
                return;
            case PrimeaOp.Instance:
                fields.Check(start, step, [7], [2, 3, 6]);
                Begin(output, op, operands: 4);
                output.Unsigned((ulong)type);
                WriteNames(ports, output);
                break;
            default:
                fields.Check(start, step, [5], [2, 3, 6]);
                Begin(output, op, operands: 4);
                output.Text(target);
                WriteNames(ports, output);
                break;
        }
        output.Text(label);
        output.Raw(script);
    }

    private static List<string> ReadNames(ref PrimeaJson json, string what)
    {
        json.Expect(JsonTokenType.StartArray, $"{what}: a list of names");
        List<string> names = [];
        while (json.NextItem())
        {
            names.Add(json.Name(what));
        }
        return names;
    }

    private static void WriteNames(List<string> names, PrimeaWriter output)
    {
        output.Array(names.Count);
        foreach (string name in names)
        {
            output.Text(name);
        }
    }

    private static void Begin(PrimeaWriter output, PrimeaOp op, int operands)
    {
        output.Array(1 + operands);
        output.Unsigned((ulong)op);
    }
}
