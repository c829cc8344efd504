using System.Text.Json;

namespace Granary.Vms.Primea;

/// <summary>The fields of what makes actors and modules, as they come.</summary>
internal struct PrimeaCreation()
{
    private string _as = "";
    private string _module = "";
    private long _type;
    private byte[]? _code;
    private byte[] _storage = [0x80];

    public void Read(ref PrimeaJson json, string name)
    {
        switch (name)
        {
            case "as":
                _as = json.Name(name);
                break;
            case "module":
                _module = json.Name(name);
                break;
            case "type":
                _type = json.Amount(name);
                break;
            case "code":
                _code = json.Token == JsonTokenType.Null ? null : json.Hex(name);
                break;
            default:
                json.Expect(JsonTokenType.StartArray, "storage: a list");
                PrimeaWriter writer = new();
                PrimeaScriptCompiler.WriteValue(ref json, PrimeaModel.Actors, writer, depth: 0);
                _storage = writer.ToArray();
                break;
        }
    }

    public readonly void Write(PrimeaOp op, PrimeaWriter output)
    {
        output.Array(op == PrimeaOp.Actor ? 3 : 5);
        output.Unsigned((ulong)op);
        output.Text(_as);
        if (op == PrimeaOp.Actor)
        {
            output.Text(_module);
            return;
        }
        output.Unsigned((ulong)_type);
        if (_code is null)
        {
            output.Null();
        }
        else
        {
            output.Bytes(_code);
        }
        output.Raw(_storage);
    }
}
