namespace Granary.Vms.Mova;

/// <summary>The words of an assembler text with their places; comments are skipped.</summary>
internal ref struct MovaWords(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _position;
    private int _line = 1;
    private int _lineStart;

    /// <summary>The word that <see cref="MoveNext"/> found.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Where <see cref="Current"/> begins.</summary>
    public MovaPlace Place { get; private set; }

    public bool MoveNext()
    {
        SkipBlanks();
        int start = _position;
        while (_position < _text.Length && !IsBlank(_text[_position]) && !BeginsComment(_text[_position]))
        {
            _position++;
        }
        Current = _text[start.._position];
        Place = new MovaPlace(_line, start - _lineStart + 1);
        return _position > start;
    }

    private void SkipBlanks()
    {
        bool comment = false;
        for (; _position < _text.Length; _position++)
        {
            char c = _text[_position];
            if (c == '\n')
            {
                comment = false;
                _line++;
                _lineStart = _position + 1;
            }
            else if (!comment && BeginsComment(c))
            {
                comment = true;
            }
            else if (!comment && !IsBlank(c))
            {
                return;
            }
        }
    }

    private static bool BeginsComment(char c) => c is ';' or '#';

    private static bool IsBlank(char c) => c is ' ' or (>= '\t' and <= '\r');
}
