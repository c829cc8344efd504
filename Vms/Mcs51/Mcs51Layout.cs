namespace Granary.Vms.Mcs51;

/// <summary>The fixed addresses of a dacrs contract.</summary>
internal static class Mcs51Layout
{
    public const int VersionAt = 0x0004;
    public const int BalanceSwitchAt = 0x0014;

    /// <summary>A contract that arrives here ends.</summary>
    public const int ExitGate = 0x0008;

    /// <summary>A contract that arrives here calls the host.</summary>
    public const int ApiGate = 0x0012;

    /// <summary>The result at the end, and the number of the method that is called; in external memory.</summary>
    public const int ResultWord = 0xEFFD;

    /// <summary>Requests and answers; in external memory.</summary>
    public const int Buffer = 0xEFFF;

    /// <summary>The last byte of external memory lies outside of it.</summary>
    public const int BufferBytes = 4_096;
}
