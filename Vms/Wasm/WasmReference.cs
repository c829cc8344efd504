namespace Granary.Vms.Wasm;

/// <summary>
/// How references are kept in slots. A reference to a function is its number; one to something of the host is a number
/// that the host gave out. Null is all ones, so that zeroed tables must be filled on purpose.
/// </summary>
internal static class WasmReference
{
    public const ulong Null = ulong.MaxValue;
}
