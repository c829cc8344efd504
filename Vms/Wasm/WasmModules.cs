namespace Granary.Vms.Wasm;

/// <summary>From bytes to a module that is known to be valid.</summary>
internal static class WasmModules
{
    /// <exception cref="InvalidCodeException">It is malformed, invalid or over a limit.</exception>
    public static WasmModule Load(ReadOnlyMemory<byte> code, VmLimits limits)
    {
        WasmModule module = WasmDecoder.Decode(code, limits);
        WasmValidator.Validate(module);
        return module;
    }
}
