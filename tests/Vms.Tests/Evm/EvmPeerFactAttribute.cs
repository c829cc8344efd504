namespace Granary.Vms.Tests.Evm;

/// <summary>
/// A test beside another implementation, which is not part of this repository: run
/// <c>tests/Vms.Tests/Evm/peer/install.sh FOLDER</c> and set GRANARY_EVM_PEER to the folder.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EvmPeerFactAttribute : FactAttribute
{
    public const string Variable = "GRANARY_EVM_PEER";

    public EvmPeerFactAttribute()
    {
        if (Folder is null)
        {
            Skip = $"No other EVM to compare with: tests/Vms.Tests/Evm/peer/install.sh FOLDER, then {Variable}=FOLDER.";
        }
    }

    /// <summary>Where npm has installed the peer, or null.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder
        ? folder
        : null;
}
