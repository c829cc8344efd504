namespace Granary.Vms.Evm;

/// <summary>An event of a contract.</summary>
internal sealed record EvmLog(EvmAddress Address, EvmWord[] Topics, byte[] Data);
