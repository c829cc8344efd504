using System.Text.Json;

namespace Granary.Vms.Primea;

/// <summary>
/// Walks a JSON text with precise complaints. Fields may come in any order, each once; unknown ones are errors, because
/// a misspelt gas that counts as none is worse.
/// </summary>
internal ref struct PrimeaJson
{
    private const int DepthMax = 1_000;

    private Utf8JsonReader _reader;

    public PrimeaJson(ReadOnlySpan<byte> text)
    {
        _reader = new Utf8JsonReader(text, new JsonReaderOptions
        {
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
            MaxDepth = DepthMax,
        });
    }

    public readonly JsonTokenType Token => _reader.TokenType;

    public readonly long Offset => _reader.TokenStartIndex;

    /// <summary>Goes to the next token.</summary>
    public void Next()
    {
        bool found;
        try
        {
            found = _reader.Read();
        }
        catch (JsonException)
        {
            throw new PrimeaSourceException("this is no JSON", _reader.BytesConsumed);
        }
        if (!found)
        {
            throw new PrimeaSourceException("the text ends too early", _reader.BytesConsumed);
        }
    }

    public void ExpectEnd()
    {
        try
        {
            if (!_reader.Read())
            {
                return;
            }
        }
        catch (JsonException)
        {
            // Whatever it is, it should not be there.
        }
        throw new PrimeaSourceException("something follows the end", _reader.BytesConsumed);
    }

    public readonly void Expect(JsonTokenType token, string what)
    {
        if (_reader.TokenType != token)
        {
            throw Bad($"{what} is expected");
        }
    }

    /// <summary>The next field's name, with its value as the present token; false behind the last one.</summary>
    public bool NextField(out string name)
    {
        name = "";
        Next();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }
        name = ReadString();
        Next();
        return true;
    }

    /// <summary>True when the next item of an array is the present token; false behind the last one.</summary>
    public bool NextItem()
    {
        Next();
        return _reader.TokenType != JsonTokenType.EndArray;
    }

    public readonly long Amount(string what) =>
        _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out long value)
            && value is >= 0 and <= PrimeaLimits.NumberMax
            ? value
            : throw Bad($"{what}: a whole number from 0 to {PrimeaLimits.NumberMax} is expected");

    public readonly long Integer() => _reader.TryGetInt64(out long value)
        ? value
        : throw Bad("a whole number of at most 64 bits is expected");

    public readonly bool Bool(string what) => _reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Bad($"{what}: true or false is expected"),
    };

    public readonly string Text(string what, int bytesMax)
    {
        Expect(JsonTokenType.String, $"{what}: a text");
        string text = ReadString();
        return System.Text.Encoding.UTF8.GetByteCount(text) <= bytesMax
            ? text
            : throw Bad($"{what}: the text has over {bytesMax} bytes");
    }

    public readonly string Name(string what)
    {
        string name = Text(what, PrimeaLimits.NameBytesMax);
        return name.Length > 0 ? name : throw Bad($"{what}: the name is empty");
    }

    public readonly byte[] Hex(string what)
    {
        Expect(JsonTokenType.String, $"{what}: hexadecimal digits");
        string text = ReadString();
        byte[] bytes = new byte[text.Length / 2];
        return text.Length % 2 == 0
            && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : throw Bad($"{what}: pairs of hexadecimal digits are expected");
    }

    public readonly PrimeaSourceException Bad(string what) => new(what, _reader.TokenStartIndex);

    private readonly string ReadString()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Bad("the text is no valid Unicode");
        }
    }
}
