namespace Granary.Vms.Wasm;

/// <summary>The kernel interface: what the program stores in its kernel's state.</summary>
internal static class WasmStateCalls
{
    private const int NotFound = -1;

    public static WasmCallResult Get(WasmHostCall call)
    {
        if (!call.TryRead(0, 1, out ReadOnlySpan<byte> key, out WasmCallResult refused))
        {
            return refused;
        }
        HostStatus status = call.Host.Get(key, ref call.Gas, out ReadOnlyMemory<byte> value);
        return status switch
        {
            HostStatus.Ok => call.Give(value.Span, 2, 3),
            HostStatus.NotFound => call.Return(NotFound),
            _ => call.Tell(status),
        };
    }

    public static WasmCallResult Put(WasmHostCall call) =>
        call.TryRead(0, 1, out ReadOnlySpan<byte> key, out WasmCallResult refused)
        && call.TryRead(2, 3, out ReadOnlySpan<byte> value, out refused)
            ? WasmKernelCalls.Quietly(call, call.Host.Put(key, value, ref call.Gas))
            : refused;

    /// <remarks>One when the key was there, zero when not.</remarks>
    public static WasmCallResult Delete(WasmHostCall call)
    {
        if (!call.TryRead(0, 1, out ReadOnlySpan<byte> key, out WasmCallResult refused))
        {
            return refused;
        }
        HostStatus status = call.Host.Delete(key, ref call.Gas);
        return status is HostStatus.Ok or HostStatus.NotFound
            ? call.Return(status == HostStatus.Ok ? 1 : 0)
            : call.Tell(status);
    }

    public static WasmCallResult Next(WasmHostCall call)
    {
        if (!call.TryRead(0, 1, out ReadOnlySpan<byte> after, out WasmCallResult refused))
        {
            return refused;
        }
        HostStatus status = call.Host.Next(after, ref call.Gas, out ReadOnlyMemory<byte> key, out _);
        return status switch
        {
            HostStatus.Ok => call.Give(key.Span, 2, 3),
            HostStatus.NotFound => call.Return(NotFound),
            _ => call.Tell(status),
        };
    }
}
