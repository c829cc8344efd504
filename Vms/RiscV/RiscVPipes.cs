namespace Granary.Vms.RiscV;

/// <summary>The ends of pipes: numbers in pairs, the even one reads what the odd one writes.</summary>
internal static class RiscVPipes
{
    /// <summary>0 and 1 are taken everywhere else.</summary>
    public const ulong First = 2;

    /// <summary>As CKB has it.</summary>
    public const int EndsMax = 64;

    public static bool IsReader(ulong end) => end % 2 == 0;

    public static ulong Other(ulong end) => end ^ 1;
}
