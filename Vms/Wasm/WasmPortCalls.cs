namespace Granary.Vms.Wasm;

/// <summary>The kernel interface: ports, groups of ports, timers.</summary>
internal static class WasmPortCalls
{
    /// <summary>Names a port that goes with the next message or reply.</summary>
    public static WasmCallResult Attach(WasmHostCall call)
    {
        if (!call.TryReadName(0, 1, mayBeEmpty: false, out string? port, out WasmCallResult refused))
        {
            return refused;
        }
        if (call.Session.Attached.Count == VmMessage.PortsMax)
        {
            return call.Trap(WasmTrap.LimitExceeded);
        }
        call.Session.Attached.Add(port);
        return WasmCallResult.Done;
    }

    /// <summary>What was attached; the message after has none of it.</summary>
    public static string[] TakeAttached(WasmHostCall call)
    {
        string[] ports = [.. call.Session.Attached];
        call.Session.Attached.Clear();
        return ports;
    }

    public static WasmCallResult Arrived(WasmHostCall call) =>
        call.Host.Arrived(ref call.Gas, out int count, out _) is var status && status == HostStatus.Ok
            ? call.Return(count)
            : call.Tell(status);

    public static WasmCallResult Fired(WasmHostCall call) =>
        call.Host.Arrived(ref call.Gas, out _, out long count) is var status && status == HostStatus.Ok
            ? call.Return(count)
            : call.Tell(status);

    public static WasmCallResult Bind(WasmHostCall call)
    {
        if (!call.TryReadName(0, 1, mayBeEmpty: false, out string? port, out WasmCallResult refused))
        {
            return refused;
        }
        uint arrived = call.UInt32(2);
        return arrived > int.MaxValue
            ? call.Return((int)HostStatus.NotFound)
            : call.Tell(call.Host.BindPort(port, (int)arrived, ref call.Gas));
    }

    public static WasmCallResult Unbind(WasmHostCall call) =>
        call.TryReadName(0, 1, mayBeEmpty: false, out string? port, out WasmCallResult refused)
            ? call.Tell(call.Host.UnbindPort(port, ref call.Gas))
            : refused;

    public static WasmCallResult Open(WasmHostCall call) =>
        call.TryReadName(0, 1, mayBeEmpty: false, out string? port, out WasmCallResult refused)
            ? call.Tell(call.Host.OpenPort(port, ref call.Gas))
            : refused;

    public static WasmCallResult Revoke(WasmHostCall call) =>
        call.TryReadName(0, 1, mayBeEmpty: false, out string? port, out WasmCallResult refused)
            ? call.Tell(call.Host.RevokePort(port, ref call.Gas))
            : refused;

    /// <remarks>How many ports the group has, or the status below zero.</remarks>
    public static WasmCallResult Broadcast(WasmHostCall call)
    {
        if (!WasmKernelCalls.TryReadAddress(call, out string port, out string entry, out ReadOnlySpan<byte> payload,
            out WasmCallResult refused))
        {
            return refused;
        }
        VmMessage message = new(port, entry, payload, call.Int64(6)) { Ports = TakeAttached(call) };
        HostStatus status = call.Host.Broadcast(message, ref call.Gas, out int count);
        return status switch
        {
            HostStatus.Ok => call.Return(count),
            HostStatus.OutOfGas or HostStatus.LimitExceeded => call.Tell(status),
            _ => call.Return(-(int)status),
        };
    }

    public static WasmCallResult SetTimer(WasmHostCall call)
    {
        if (!WasmKernelCalls.TryReadAddress(call, out string name, out string entry, out ReadOnlySpan<byte> payload,
            out WasmCallResult refused))
        {
            return refused;
        }
        if (call.Int64(7) < 0 || call.Int64(8) < 0)
        {
            return call.Trap(WasmTrap.BadHostCall);
        }
        VmTimer timer = new(name, entry, payload, call.Int64(6))
        {
            PeriodMilliseconds = call.Int64(7), Gas = call.Int64(8),
        };
        return call.Tell(call.Host.SetTimer(timer, ref call.Gas));
    }

    public static WasmCallResult ClearTimer(WasmHostCall call) =>
        call.TryReadName(0, 1, mayBeEmpty: false, out string? name, out WasmCallResult refused)
            ? call.Tell(call.Host.ClearTimer(name, ref call.Gas))
            : refused;
}
