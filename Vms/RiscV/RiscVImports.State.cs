namespace Granary.Vms.RiscV;

/// <content>What the kernel stores for the program.</content>
internal static partial class RiscVImports
{
    /// <summary>get(key, length, buffer, room): a1 is how long the value is.</summary>
    private static RiscVOutcome DoGet(ref RiscVCall call)
    {
        if (!TryGetBytes(ref call, 0, out ReadOnlySpan<byte> key, out RiscVOutcome outcome))
        {
            return outcome;
        }
        HostStatus status = call.Host.Get(key, ref call.Gas, out ReadOnlyMemory<byte> value);
        if (status != HostStatus.Ok)
        {
            return Answer(ref call, status);
        }
        return CopyOut(ref call, value.Span, call.Argument(2), call.Argument(3), out outcome)
            ? Answer(ref call, status, (ulong)value.Length)
            : outcome;
    }

    /// <summary>put(key, length, value, length).</summary>
    private static RiscVOutcome DoPut(ref RiscVCall call) =>
        TryGetBytes(ref call, 0, out ReadOnlySpan<byte> key, out RiscVOutcome outcome)
        && TryGetBytes(ref call, 2, out ReadOnlySpan<byte> value, out outcome)
            ? Answer(ref call, call.Host.Put(key, value, ref call.Gas))
            : outcome;

    private static RiscVOutcome DoDelete(ref RiscVCall call) =>
        TryGetBytes(ref call, 0, out ReadOnlySpan<byte> key, out RiscVOutcome outcome)
            ? Answer(ref call, call.Host.Delete(key, ref call.Gas))
            : outcome;

    /// <summary>
    /// next(after, length, buffer for the key, room, buffer for the value, room): a1 and a2 are how long they are.
    /// </summary>
    private static RiscVOutcome DoNext(ref RiscVCall call)
    {
        if (!TryGetBytes(ref call, 0, out ReadOnlySpan<byte> after, out RiscVOutcome outcome))
        {
            return outcome;
        }
        HostStatus status = call.Host.Next(
            after, ref call.Gas, out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value);
        if (status != HostStatus.Ok)
        {
            return Answer(ref call, status);
        }
        return CopyOut(ref call, key.Span, call.Argument(2), call.Argument(3), out outcome)
            && CopyOut(ref call, value.Span, call.Argument(4), call.Argument(5), out outcome)
                ? Answer(ref call, status, (ulong)key.Length, (ulong)value.Length)
                : outcome;
    }

    /// <summary>Copies as much as there is room for, and pays for it.</summary>
    private static bool CopyOut(
        ref RiscVCall call, ReadOnlySpan<byte> content, ulong address, ulong room, out RiscVOutcome outcome)
    {
        content = content[..(int)Math.Min(room, (ulong)content.Length)];
        if (!call.TryCharge(RiscVGas.Bytes(content.Length)))
        {
            outcome = RiscVOutcome.OutOfGas;
            return false;
        }
        RiscVFault fault = call.Memory.TryWrite(address, content);
        outcome = fault == RiscVFault.None ? RiscVOutcome.Done : call.Fail(fault, address);
        return fault == RiscVFault.None;
    }
}
