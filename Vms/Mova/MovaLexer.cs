namespace Granary.Vms.Mova;

/// <summary>Cuts a <c>.mova</c> text into tokens; comments are skipped.</summary>
internal sealed class MovaLexer(string text)
{
    /// <summary>Longest first, so that <c>+=</c> is not read as two.</summary>
    private static readonly string[] Symbols = ["++", "+=", "--", "-=", ";", ":", "(", ")", "=", "+", "-"];

    private int _position;
    private int _line = 1;
    private int _lineStart;

    public MovaToken Next()
    {
        SkipBlanksAndComments();
        MovaPlace place = new(_line, _position - _lineStart + 1);
        ReadOnlySpan<char> rest = text.AsSpan(_position);
        if (rest.IsEmpty)
        {
            return new MovaToken(MovaTokenKind.End, "", place);
        }
        if (IsWordChar(rest[0]))
        {
            int length = 1;
            while (length < rest.Length && IsWordChar(rest[length]))
            {
                length++;
            }
            MovaTokenKind kind = char.IsAsciiDigit(rest[0]) ? MovaTokenKind.Number : MovaTokenKind.Word;
            return Take(kind, length, place);
        }
        foreach (string symbol in Symbols)
        {
            if (rest.StartsWith(symbol, StringComparison.Ordinal))
            {
                return Take(MovaTokenKind.Symbol, symbol.Length, place);
            }
        }
        throw place.Error($"{MovaText.Quote(rest[..1])} has no meaning in this language.");
    }

    private MovaToken Take(MovaTokenKind kind, int length, MovaPlace place)
    {
        string taken = text.Substring(_position, length);
        _position += length;
        return new MovaToken(kind, taken, place);
    }

    private void SkipBlanksAndComments()
    {
        while (_position < text.Length)
        {
            if (text[_position] is ' ' or (>= '\t' and <= '\r'))
            {
                Advance();
            }
            else if (StartsWith("//"))
            {
                int end = text.IndexOf('\n', _position);
                _position = end < 0 ? text.Length : end;
            }
            else if (StartsWith("/*"))
            {
                SkipBlockComment();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipBlockComment()
    {
        MovaPlace opening = new(_line, _position - _lineStart + 1);
        int end = text.IndexOf("*/", _position + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            throw opening.Error("This comment is never closed; it needs '*/'.");
        }
        while (_position < end + 2)
        {
            Advance();
        }
    }

    private bool StartsWith(string symbol) => text.AsSpan(_position).StartsWith(symbol, StringComparison.Ordinal);

    private void Advance()
    {
        if (text[_position++] == '\n')
        {
            _line++;
            _lineStart = _position;
        }
    }

    private static bool IsWordChar(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
