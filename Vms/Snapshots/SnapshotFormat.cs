namespace Granary.Vms;

/// <summary>The constants that all saved machines share.</summary>
public static class SnapshotFormat
{
    /// <summary>The size of a memory page: 4 KiB, the unit in which processors and stores like their memory.</summary>
    public const int PageBytes = 4_096;

    public const int NameBytesMax = 32;

    /// <summary>A section is one value of the state tree; what may be larger is a memory. An engine that writes more
    /// has a bug, because its own limits must keep it below.</summary>
    public const int SectionBytesMax = 8 << 20;

    /// <summary>True for 1 to 32 of <c>a-z 0-9 -</c>.</summary>
    public static bool IsName(string name)
    {
        if (name.Length is 0 or > NameBytesMax)
        {
            return false;
        }
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }
        return true;
    }
}
