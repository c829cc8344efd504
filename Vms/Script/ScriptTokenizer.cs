using System.Globalization;
using System.Text;

namespace Granary.Vms.Script;

/// <summary>Cuts one line of source into tokens.</summary>
internal ref struct ScriptTokenizer(string line, int lineNumber, int valueBytesMax)
{
    private readonly ReadOnlySpan<char> _line = line;
    private int _at;

    /// <summary>All tokens of the line; the last is the end.</summary>
    /// <exception cref="SourceException">Something on the line is no token.</exception>
    public static List<ScriptToken> Tokenize(string line, int lineNumber, int valueBytesMax)
    {
        ScriptTokenizer tokenizer = new(line, lineNumber, valueBytesMax);
        List<ScriptToken> tokens = [];
        do
        {
            tokens.Add(tokenizer.Next());
        }
        while (tokens[^1].Kind != ScriptTokenKind.End);
        return tokens;
    }

    private ScriptToken Next()
    {
        while (_at < _line.Length && _line[_at] is ' ' or '\t')
        {
            _at++;
        }
        if (_at == _line.Length || _line[_at] is '#' or ';')
        {
            return new ScriptToken(ScriptTokenKind.End, "", _at + 1);
        }
        char c = _line[_at];
        if (char.IsAsciiLetter(c) || c == '_')
        {
            int length = WordLength();
            return Take(ScriptTokenKind.Word, length, default);
        }
        if (char.IsAsciiDigit(c) || c == '-')
        {
            return ReadInteger();
        }
        return c == '"' ? ReadBytes() : ReadSymbol(c);
    }

    private ScriptToken ReadSymbol(char c)
    {
        bool withEquals = _at + 1 < _line.Length && _line[_at + 1] == '=';
        return c switch
        {
            ':' => Take(ScriptTokenKind.Symbol, 1, default),
            '<' or '>' => Take(ScriptTokenKind.Symbol, withEquals ? 2 : 1, default),
            '=' or '!' when withEquals => Take(ScriptTokenKind.Symbol, 2, default),
            '=' => throw Error("A single '='. Comparison is '=='; assignment is 'set x 1'.", _at),
            _ => throw Error($"The character {Show(c)} means nothing here; text stands in double quotes.", _at),
        };
    }

    private ScriptToken ReadInteger()
    {
        int length = 1;
        while (_at + length < _line.Length && IsWordCharacter(_line[_at + length]))
        {
            length++;
        }
        ReadOnlySpan<char> text = _line.Slice(_at, length);
        bool negative = text[0] == '-';
        ReadOnlySpan<char> digits = negative ? text[1..] : text;
        bool hexadecimal = digits.StartsWith("0x", StringComparison.Ordinal);
        NumberStyles style = hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        bool read = UInt128.TryParse(
            hexadecimal ? digits[2..] : digits, style, NumberFormatInfo.InvariantInfo, out UInt128 size);
        if (!read)
        {
            throw Error($"'{text}' is no integer; write it as 12, -12 or 0x0c.", _at);
        }
        UInt128 limit = negative ? (UInt128)1 << 63 : (UInt128)long.MaxValue;
        if (size > limit)
        {
            throw Error($"'{text}' does not fit in 64 bits with a sign.", _at);
        }
        long value = negative ? unchecked(-(long)(ulong)size) : (long)size;
        return Take(ScriptTokenKind.Integer, length, new ScriptValue(value));
    }

    private ScriptToken ReadBytes()
    {
        int start = _at;
        List<byte> bytes = [];
        for (int i = _at + 1; i < _line.Length; i++)
        {
            char c = _line[i];
            if (c == '"')
            {
                return bytes.Count <= valueBytesMax
                    ? Take(ScriptTokenKind.Bytes, i + 1 - start, new ScriptValue([.. bytes]))
                    : throw Error($"The text has {bytes.Count} bytes; the limit is {valueBytesMax}.", start);
            }
            if (c == '\\')
            {
                i += ReadEscape(i, bytes);
            }
            else
            {
                i += ReadCharacter(i, bytes);
            }
        }
        throw Error("The text has no closing double quote on this line.", start);
    }

    /// <summary>Reads what a backslash at <paramref name="at"/> begins; gives the characters behind it.</summary>
    private readonly int ReadEscape(int at, List<byte> bytes)
    {
        char c = at + 1 < _line.Length ? _line[at + 1] : '\0';
        switch (c)
        {
            case 'n':
                bytes.Add((byte)'\n');
                return 1;
            case 't':
                bytes.Add((byte)'\t');
                return 1;
            case '\\' or '"':
                bytes.Add((byte)c);
                return 1;
            case 'x' when at + 3 < _line.Length && byte.TryParse(_line.Slice(at + 2, 2),
                NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo, out byte value):
                bytes.Add(value);
                return 3;
            default:
                throw Error(@"An unknown escape; there are \n, \t, \\, \"" and \x with two hexadecimal digits.", at);
        }
    }

    /// <summary>Adds a character as UTF-8; gives how many more it took than one.</summary>
    private readonly int ReadCharacter(int at, List<byte> bytes)
    {
        Span<byte> utf8 = stackalloc byte[4];
        if (Rune.DecodeFromUtf16(_line[at..], out Rune rune, out int taken) != System.Buffers.OperationStatus.Done)
        {
            throw Error(@"Half of a surrogate pair is no character; write bytes as \xNN.", at);
        }
        bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
        return taken - 1;
    }

    private readonly int WordLength()
    {
        int length = 1;
        while (_at + length < _line.Length && IsWordCharacter(_line[_at + length]))
        {
            length++;
        }
        return length;
    }

    private ScriptToken Take(ScriptTokenKind kind, int length, ScriptValue value)
    {
        int start = _at;
        _at += length;
        return new ScriptToken(kind, _line.Slice(start, length).ToString(), start + 1, value);
    }

    private static bool IsWordCharacter(char c) => char.IsAscii(c) && ScriptNames.IsNameByte((byte)c);

    private static string Show(char c) => char.IsControl(c) || char.IsSurrogate(c)
        ? string.Create(NumberFormatInfo.InvariantInfo, $"U+{(int)c:X4}")
        : $"'{c}'";

    private readonly SourceException Error(string what, int at) => new(what, lineNumber, at + 1);
}
