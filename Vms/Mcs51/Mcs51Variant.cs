namespace Granary.Vms.Mcs51;

/// <summary>Which 8051 a program is for; chosen by the engine that loads it.</summary>
public enum Mcs51Variant
{
    /// <summary>The 8052 of the data sheet, without interrupts: <c>mcs51@1</c>.</summary>
    Stock,

    /// <summary>The contract machine of dacrs: <c>dacrs@1</c>.</summary>
    Dacrs,
}
