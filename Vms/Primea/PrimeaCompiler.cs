using System.Text.Json;

namespace Granary.Vms.Primea;

/// <summary>JSON to checked CBOR: worlds, and the requests of messages.</summary>
internal static class PrimeaCompiler
{
    /// <summary>A world: <c>{"model": .., "meter": .., "nonce": .., "steps": [..]}</c>.</summary>
    public static PrimeaCode CompileWorld(ReadOnlySpan<byte> text)
    {
        PrimeaJson json = new(text);
        json.Next();
        json.Expect(JsonTokenType.StartObject, "a world in braces");
        PrimeaFields fields = new("model", "meter", "nonce", "steps");
        PrimeaModel model = PrimeaModel.Actors;
        bool meter = true;
        long nonce = 0;
        byte[] steps = [0x80];
        while (json.NextField(out string name))
        {
            switch (fields.Take(ref json, name))
            {
                case 0:
                    model = fields.Has(3) ? throw json.Bad("model must stand before steps") : ReadModel(ref json);
                    break;
                case 1:
                    meter = json.Bool(name);
                    break;
                case 2:
                    nonce = json.Amount(name);
                    break;
                default:
                    steps = ReadOperations(ref json, model);
                    break;
            }
        }
        json.ExpectEnd();
        if (model == PrimeaModel.Ports && !meter)
        {
            throw new PrimeaSourceException(PrimeaCode.PortsNeedTicks, 0);
        }
        return new PrimeaCode(model, meter, (ulong)nonce, steps);
    }

    /// <summary>The operations, in an array, that a message of this entry asks for.</summary>
    public static byte[] CompileRequest(PrimeaModel model, string entry, ReadOnlySpan<byte> text)
    {
        PrimeaJson json = new(text);
        json.Next();
        PrimeaWriter output = new();
        output.Array(1);
        if (json.Token == JsonTokenType.StartArray && entry == PrimeaEntries.Send)
        {
            WriteMessages(ref json, model, output);
        }
        else
        {
            ReadOperation(ref json, model, entry, output);
        }
        json.ExpectEnd();
        return output.ToArray();
    }

    private static PrimeaModel ReadModel(ref PrimeaJson json) => json.Text("model", PrimeaLimits.NameBytesMax) switch
    {
        "actors" => PrimeaModel.Actors,
        "ports" => PrimeaModel.Ports,
        _ => throw json.Bad("model: \"actors\" or \"ports\" is expected"),
    };

    private static byte[] ReadOperations(ref PrimeaJson json, PrimeaModel model)
    {
        json.Expect(JsonTokenType.StartArray, "steps: a list");
        PrimeaWriter items = new();
        int count = 0;
        while (json.NextItem())
        {
            ReadOperation(ref json, model, entry: null, items);
            count++;
        }
        PrimeaWriter output = new();
        output.Array(count);
        output.Raw(items.Span);
        return output.ToArray();
    }

    /// <summary>An operation in braces. Its kind is the field <c>do</c>, unless the entry says it.</summary>
    private static void ReadOperation(ref PrimeaJson json, PrimeaModel model, string? entry, PrimeaWriter output)
    {
        json.Expect(JsonTokenType.StartObject, "an operation in braces");
        long start = json.Offset;
        PrimeaFields fields = new("do", "as", "type", "code", "storage", "module", "messages");
        PrimeaCreation made = new();
        PrimeaWriter messages = new();
        string? kind = entry;
        while (json.NextField(out string name))
        {
            switch (fields.Take(ref json, name))
            {
                case 0:
                    kind = json.Text(name, PrimeaLimits.NameBytesMax);
                    if (entry is not null && entry != kind)
                    {
                        throw json.Bad($"do: \"{entry}\" is expected, as the entry point says");
                    }
                    break;
                case 6:
                    WriteMessages(ref json, model, messages);
                    break;
                default:
                    made.Read(ref json, name);
                    break;
            }
        }
        switch (kind)
        {
            case PrimeaEntries.Send:
                fields.Check(start, kind, [6], []);
                output.Raw(messages.Span);
                break;
            case PrimeaEntries.Root:
                fields.Check(start, kind, [], []);
                output.Array(1);
                output.Unsigned((ulong)PrimeaOp.Root);
                break;
            case PrimeaEntries.NewActor or PrimeaEntries.CreateModule when model == PrimeaModel.Actors:
                fields.Check(start, kind, [1, 2], [3, 4]);
                made.Write(kind == PrimeaEntries.NewActor ? PrimeaOp.New : PrimeaOp.Module, output);
                break;
            case PrimeaEntries.CreateActor when model == PrimeaModel.Actors:
                fields.Check(start, kind, [1, 5], []);
                made.Write(PrimeaOp.Actor, output);
                break;
            default:
                throw new PrimeaSourceException($"there is no operation \"{kind}\" in this world", start);
        }
    }

    private static void WriteMessages(ref PrimeaJson json, PrimeaModel model, PrimeaWriter output)
    {
        json.Expect(JsonTokenType.StartArray, "messages: a list");
        PrimeaWriter items = new();
        int count = 0;
        while (json.NextItem())
        {
            WriteMessage(ref json, model, items);
            count++;
        }
        output.Array(2);
        output.Unsigned((ulong)PrimeaOp.Messages);
        output.Array(count);
        output.Raw(items.Span);
    }

    private static void WriteMessage(ref PrimeaJson json, PrimeaModel model, PrimeaWriter output)
    {
        json.Expect(JsonTokenType.StartObject, "a message in braces");
        long start = json.Offset;
        PrimeaFields fields = new("to", "gas", "label", "fromTicks", "script");
        string to = "root";
        string label = "";
        long gas = 0;
        long fromTicks = 0;
        byte[] script = [0x80];
        while (json.NextField(out string name))
        {
            switch (fields.Take(ref json, name))
            {
                case 0:
                    to = json.Name(name);
                    break;
                case 1:
                    gas = json.Amount(name);
                    break;
                case 2:
                    label = json.Text(name, PrimeaLimits.NameBytesMax);
                    break;
                case 3:
                    fromTicks = json.Amount(name);
                    break;
                default:
                    script = PrimeaScriptCompiler.ReadScript(ref json, model, depth: 0);
                    break;
            }
        }
        if (model == PrimeaModel.Actors)
        {
            fields.Check(start, "a message", [0, 1], [2, 3, 4]);
        }
        output.Array(5);
        output.Text(to);
        output.Unsigned((ulong)gas);
        output.Text(label);
        output.Unsigned((ulong)fromTicks);
        output.Raw(script);
    }
}
