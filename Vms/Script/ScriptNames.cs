namespace Granary.Vms.Script;

/// <summary>What names look like, and the names and slots that every program has.</summary>
internal static class ScriptNames
{
    /// <summary>Variables of one program, those that every program has included.</summary>
    public const int VariablesMax = 64;

    public const int VariableNameBytesMax = 64;

    /// <summary>Lines of a source, and so the highest line number in code.</summary>
    public const int LinesMax = 65_535;

    public const int PayloadSlot = 0;
    public const int SenderSlot = 1;
    public const int EntrySlot = 2;
    public const int OkSlot = 3;
    public const int StatusSlot = 4;

    /// <summary>The variables that every program has, in the order of their slots.</summary>
    public static IReadOnlyList<string> Predefined { get; } = ["payload", "sender", "entry", "ok", "status"];

    /// <summary>True for a small letter or <c>_</c> followed by small letters, digits and <c>_</c>.</summary>
    public static bool IsVariable(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > VariableNameBytesMax || char.IsAsciiDigit(name[0]))
        {
            return false;
        }
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>True for a letter or <c>_</c> followed by letters, digits and <c>. _ -</c>.</summary>
    public static bool IsHandler(ReadOnlySpan<char> name, int bytesMax)
    {
        if (name.Length == 0 || name.Length > bytesMax || (!char.IsAsciiLetter(name[0]) && name[0] != '_'))
        {
            return false;
        }
        foreach (char c in name)
        {
            if (!char.IsAscii(c) || !IsNameByte((byte)c))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>True for what may stand in the name of a port, an entry point or a topic.</summary>
    public static bool IsNameByte(byte c) =>
        char.IsAsciiLetterOrDigit((char)c) || c is (byte)'.' or (byte)'_' or (byte)'-';
}
