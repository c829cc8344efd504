namespace Granary.Vms.Mcs51;

/// <summary>A message to a contract that says nothing the machine can use.</summary>
internal sealed class Mcs51TransactionException(string what) : Exception(what);
