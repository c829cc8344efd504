namespace Granary.Kernels;

/// <summary>
/// Names a kernel: 1 to 64 of <c>a-z 0-9 . _ -</c>, the first a letter or digit. The empty id stands for a client.
/// </summary>
public readonly record struct KernelId : IComparable<KernelId>
{
    public const int CharsMax = 64;

    private readonly string? _value;

    private KernelId(string value) => _value = value;

    /// <summary>Whoever is no kernel: a person or a program outside.</summary>
    public static KernelId Client => default;

    public string Value => _value ?? "";

    public bool IsClient => string.IsNullOrEmpty(_value);

    public static bool TryParse(string text, out KernelId id)
    {
        id = default;
        if (text.Length is 0 or > CharsMax || !IsLetterOrDigit(text[0]))
        {
            return false;
        }
        foreach (char c in text)
        {
            if (!IsLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }
        id = new KernelId(text);
        return true;
    }

    /// <exception cref="FormatException">The text is no kernel id; says what one looks like.</exception>
    public static KernelId Parse(string text) => TryParse(text, out KernelId id)
        ? id
        : throw new FormatException(
            $"'{text}' is no kernel id: use 1 to {CharsMax} of a-z 0-9 . _ -, beginning with a letter or digit.");

    public int CompareTo(KernelId other) => string.CompareOrdinal(Value, other.Value);

    public static bool operator <(KernelId left, KernelId right) => left.CompareTo(right) < 0;

    public static bool operator <=(KernelId left, KernelId right) => left.CompareTo(right) <= 0;

    public static bool operator >(KernelId left, KernelId right) => left.CompareTo(right) > 0;

    public static bool operator >=(KernelId left, KernelId right) => left.CompareTo(right) >= 0;

    public override string ToString() => Value;

    private static bool IsLetterOrDigit(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}
