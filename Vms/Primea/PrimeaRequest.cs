using System.Text;
using System.Text.Unicode;

namespace Granary.Vms.Primea;

/// <summary>What the payload of a message to the kernel asks of the world: operations, in a CBOR array.</summary>
internal static class PrimeaRequest
{
    public static byte[] Read(PrimeaModel model, string entry, ReadOnlySpan<byte> payload) => entry switch
    {
        PrimeaEntries.SetRoot => SetRoot(payload),
        PrimeaEntries.Actor => Inspect(payload),
        PrimeaEntries.Root when payload.IsEmpty => PrimeaCompiler.CompileRequest(model, entry, "{}"u8),
        _ => PrimeaCompiler.CompileRequest(model, entry, payload),
    };

    /// <summary>A root as its 20 bytes, or as 40 hexadecimal digits.</summary>
    private static byte[] SetRoot(ReadOnlySpan<byte> payload)
    {
        PrimeaHash root = default;
        if (payload.Length == PrimeaHash.Bytes)
        {
            root = new PrimeaHash(payload);
        }
        else if (!PrimeaHash.TryParse(Encoding.ASCII.GetString(payload.Trim(" \t\r\n"u8)), out root))
        {
            throw new PrimeaSourceException(
                $"a root is {PrimeaHash.Bytes} bytes, or {2 * PrimeaHash.Bytes} hexadecimal digits", 0);
        }
        return Operation(PrimeaOp.SetRoot, writer => writer.Bytes(root.Span));
    }

    private static byte[] Inspect(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> name = payload.Trim(" \t\r\n"u8);
        if (name.Length is 0 or > PrimeaLimits.NameBytesMax || !Utf8.IsValid(name))
        {
            throw new PrimeaSourceException("the name, or the id, of an actor is expected", 0);
        }
        string text = Encoding.UTF8.GetString(name);
        return Operation(PrimeaOp.Inspect, writer => writer.Text(text));
    }

    private static byte[] Operation(PrimeaOp op, Action<PrimeaWriter> writeOperand)
    {
        PrimeaWriter writer = new();
        writer.Array(1);
        writer.Array(2);
        writer.Unsigned((ulong)op);
        writeOperand(writer);
        return writer.ToArray();
    }
}
