namespace Granary.Vms.Mcs51;

/// <summary>What a contract has asked for during its run; it is checked and done when the run ends well.</summary>
internal sealed class Mcs51Books
{
    /// <summary>A contract that books more traps.</summary>
    public const int AppOperationsMax = 10_000;

    /// <summary>In the contract's own form, one after the other.</summary>
    public List<byte> Operations { get; } = [];

    /// <summary>In the contract's own form, one after the other.</summary>
    public List<byte> AppOperations { get; } = [];

    public void Clear()
    {
        Operations.Clear();
        AppOperations.Clear();
    }
}
