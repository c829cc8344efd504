using System.Text;

namespace Granary.Vms.Wasm;

/// <summary>The kernel interface: messages, output, time. What each does is in README.md.</summary>
internal static class WasmKernelCalls
{
    public static WasmCallResult MessageSize(WasmHostCall call) =>
        call.TryPay(0, out WasmCallResult refused) ? call.Return(call.Session.Payload.Length) : refused;

    public static WasmCallResult MessageRead(WasmHostCall call) => GivePart(call, call.Session.Payload.Span);

    public static WasmCallResult MessageEntry(WasmHostCall call) =>
        call.Give(Encoding.UTF8.GetBytes(call.Session.Entry), 0, 1);

    public static WasmCallResult MessageSender(WasmHostCall call) =>
        call.Give(Encoding.UTF8.GetBytes(call.Session.Sender), 0, 1);

    public static WasmCallResult AnswerSize(WasmHostCall call) =>
        call.TryPay(0, out WasmCallResult refused) ? call.Return(call.Session.Answer.Length) : refused;

    public static WasmCallResult AnswerRead(WasmHostCall call) => GivePart(call, call.Session.Answer.Span);

    public static WasmCallResult Output(WasmHostCall call)
    {
        if (!TryReadPayload(call, 0, out ReadOnlySpan<byte> bytes, out WasmCallResult refused))
        {
            return refused;
        }
        call.Session.Output = bytes.ToArray();
        return WasmCallResult.Done;
    }

    public static WasmCallResult Reply(WasmHostCall call) =>
        call.TryRead(0, 1, out ReadOnlySpan<byte> bytes, out WasmCallResult refused)
            ? call.Tell(call.Host.Reply(bytes, WasmPortCalls.TakeAttached(call), ref call.Gas))
            : refused;

    public static WasmCallResult Exit(WasmHostCall call) => WasmCallResult.Ended;

    public static WasmCallResult Revert(WasmHostCall call)
    {
        WasmCallResult result = Output(call);
        if (result != WasmCallResult.Done)
        {
            return result;
        }
        call.Reverted = true;
        return WasmCallResult.Ended;
    }

    public static WasmCallResult Send(WasmHostCall call)
    {
        if (!TryReadAddress(call, out string port, out string entry, out ReadOnlySpan<byte> payload,
            out WasmCallResult refused))
        {
            return refused;
        }
        VmMessage message = new(port, entry, payload, call.Int64(6)) { Ports = WasmPortCalls.TakeAttached(call) };
        return call.Tell(call.Host.Send(message, ref call.Gas));
    }

    /// <remarks>The number of the call, or the status below zero.</remarks>
    public static WasmCallResult Call(WasmHostCall call)
    {
        if (!TryReadAddress(call, out string port, out string entry, out ReadOnlySpan<byte> payload,
            out WasmCallResult refused))
        {
            return refused;
        }
        VmMessage message = new(port, entry, payload, call.Int64(6)) { Ports = WasmPortCalls.TakeAttached(call) };
        HostStatus status = call.Host.Call(message, ref call.Gas, out ulong id);
        return status switch
        {
            HostStatus.Ok => call.Return((long)id),
            HostStatus.OutOfGas or HostStatus.LimitExceeded => call.Tell(status),
            _ => call.Return(-(long)status),
        };
    }

    public static WasmCallResult Await(WasmHostCall call) => call.Suspend(WasmWait.Await, call.Int64(0));

    public static WasmCallResult Receive(WasmHostCall call) => call.Suspend(WasmWait.Receive, call.Int64(0));

    public static WasmCallResult Sleep(WasmHostCall call) => call.Int64(0) < 0
        ? call.Trap(WasmTrap.BadHostCall)
        : call.Suspend(WasmWait.Sleep, call.Int64(0));

    public static WasmCallResult Emit(WasmHostCall call)
    {
        if (!call.TryReadName(0, 1, mayBeEmpty: false, out string? topic, out WasmCallResult refused)
            || !TryReadPayload(call, 2, out ReadOnlySpan<byte> payload, out refused))
        {
            return refused;
        }
        return Quietly(call, call.Host.Emit(topic, payload, ref call.Gas));
    }

    public static WasmCallResult Print(WasmHostCall call) =>
        TryReadPayload(call, 0, out ReadOnlySpan<byte> text, out WasmCallResult refused)
            ? Quietly(call, call.Host.Print(text, ref call.Gas))
            : refused;

    public static WasmCallResult Log(WasmHostCall call) =>
        TryReadPayload(call, 0, out ReadOnlySpan<byte> text, out WasmCallResult refused)
            ? Quietly(call, call.Host.Log(text, ref call.Gas))
            : refused;

    public static WasmCallResult Random(WasmHostCall call) =>
        call.Host.Random(ref call.Gas, out ulong value) == HostStatus.Ok
            ? call.Return((long)value)
            : call.Trap(WasmTrap.OutOfGas);

    public static WasmCallResult Time(WasmHostCall call) =>
        call.Host.Time(ref call.Gas, out long value) == HostStatus.Ok
            ? call.Return(value)
            : call.Trap(WasmTrap.OutOfGas);

    public static WasmCallResult GasLeft(WasmHostCall call) =>
        call.TryPay(0, out WasmCallResult refused) ? call.Return(call.Gas.MessageLeft) : refused;

    /// <summary>For calls without a result: success is silence, all else traps.</summary>
    public static WasmCallResult Quietly(WasmHostCall call, HostStatus status) => status switch
    {
        HostStatus.Ok => WasmCallResult.Done,
        HostStatus.OutOfGas => call.Trap(WasmTrap.OutOfGas),
        HostStatus.LimitExceeded => call.Trap(WasmTrap.LimitExceeded),
        _ => call.Trap(WasmTrap.BadHostCall),
    };

    /// <summary>Copies from an offset into the room given; returns how much.</summary>
    private static WasmCallResult GivePart(WasmHostCall call, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> rest = bytes[(int)Math.Min(call.UInt32(2), (uint)bytes.Length)..];
        rest = rest[..(int)Math.Min(call.UInt32(1), (uint)rest.Length)];
        return call.Give(rest, 0, 1);
    }

    public static bool TryReadPayload(
        WasmHostCall call, int argument, out ReadOnlySpan<byte> payload, out WasmCallResult refused)
    {
        if (!call.TryRead(argument, argument + 1, out payload, out refused))
        {
            return false;
        }
        if (payload.Length > call.Limits.PayloadBytesMax)
        {
            refused = call.Trap(WasmTrap.LimitExceeded);
            return false;
        }
        return true;
    }

    public static bool TryReadAddress(WasmHostCall call, out string port, out string entry,
        out ReadOnlySpan<byte> payload, out WasmCallResult refused)
    {
        entry = "";
        port = "";
        payload = default;
        if (!call.TryReadName(0, 1, mayBeEmpty: false, out string? portName, out refused)
            || !call.TryReadName(2, 3, mayBeEmpty: true, out string? entryName, out refused)
            || !call.TryRead(4, 5, out payload, out refused))
        {
            return false;
        }
        if (call.Int64(6) < 0)
        {
            refused = call.Trap(WasmTrap.BadHostCall);
            return false;
        }
        (port, entry) = (portName, entryName);
        return true;
    }
}
