namespace Granary.Vms;

/// <summary>Names that guests and clients choose: entry points, ports, topics.</summary>
public static class VmName
{
    /// <summary>True for 1 to <see cref="VmLimits.NameBytesMax"/> of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    public static bool IsValid(string name, VmLimits limits)
    {
        if (name.Length == 0 || name.Length > limits.NameBytesMax)
        {
            return false;
        }
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }
        return true;
    }
}
