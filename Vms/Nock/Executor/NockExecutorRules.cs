namespace Granary.Vms.Nock;

/// <summary>By which rules an executor goes.</summary>
/// <param name="V030">Those of Anoma v0.30 (no keyspaces, the order id in the second phase) instead of the declared
/// ones of its first document.</param>
/// <param name="Listed">Only what <c>order</c> listed has a place; otherwise whoever comes gets the next.</param>
internal readonly record struct NockExecutorRules(bool V030, bool Listed);
