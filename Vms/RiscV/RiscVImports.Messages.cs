using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Granary.Vms.RiscV;

/// <content>Messages, ports and timers.</content>
internal static partial class RiscVImports
{
    private const int LongBytes = sizeof(ulong);

    /// <summary>What "no timeout" is in a field.</summary>
    private const long Never = -1;

    /// <summary>What receive, await and sleep wait for; null when the program is at none of them.</summary>
    public static HostRequest? RequestOf(RiscVHart hart)
    {
        ulong argument = hart.X[RiscVHart.A0];
        return hart.X[RiscVHart.A7] switch
        {
            Receive => new HostRequest.Receive((long)argument >= 0 ? (long)argument : null),
            Await => new HostRequest.AwaitReply(argument),
            Sleep => new HostRequest.Sleep((long)Math.Min(argument, long.MaxValue)),
            _ => null,
        };
    }

    /// <summary>Hands in an answer; false when it is to something else.</summary>
    public static bool TryResume(RiscVState state, VmAnswer answer)
    {
        RiscVHart hart = state.Processes[0].Hart;
        ulong[] x = hart.X;
        (x[RiscVHart.A0 + 1], ulong a1) = (0, x[RiscVHart.A0 + 1]);
        switch (hart.X[RiscVHart.A7], answer)
        {
            case (Receive, VmAnswer.Received received):
                state.Message = received.Message;
                state.MessageTaken = true;
                x[RiscVHart.A0] = (ulong)HostStatus.Ok;
                break;
            case (Receive, VmAnswer.TimedOut):
                state.Message = new VmEntry("", default, "");
                x[RiscVHart.A0] = (ulong)HostStatus.NotFound;
                break;
            case (Await, VmAnswer.Replied replied):
                state.Reply = replied.Payload;
                x[RiscVHart.A0] = (ulong)replied.Status;
                x[RiscVHart.A0 + 1] = (ulong)replied.Payload.Length;
                break;
            case (Sleep, VmAnswer.Slept):
                x[RiscVHart.A0] = (ulong)HostStatus.Ok;
                break;
            default:
                x[RiscVHart.A0 + 1] = a1;
                return false;
        }
        hart.Pc += RiscVRunner.EcallBytes;
        return true;
    }

    /// <summary>receive(timeout), await(call), sleep(milliseconds): pays for the commit, and waits.</summary>
    private static RiscVOutcome DoWait(ref RiscVCall call)
    {
        RiscVState state = call.State;
        bool receives = call.Hart.X[RiscVHart.A7] == Receive;
        if (receives && !state.MessageTaken)
        {
            // The message that started the program has been waiting for it.
            state.MessageTaken = true;
            return Answer(ref call, HostStatus.Ok);
        }
        if (receives)
        {
            // The message before is done with.
            state.Message = new VmEntry("", default, "");
            state.Reply = default;
        }
        long saved = ((long)call.Memory.CountTouched() * SnapshotFormat.PageBytes)
            + state.Message.Payload.Length + state.Reply.Length + RiscVGas.SavedFields;
        if (!call.Gas.TryCharge(GasSchedule.Suspend(saved)))
        {
            return RiscVOutcome.OutOfGas;
        }
        call.Memory.TakeTouched();
        return RiscVOutcome.Suspend;
    }

    /// <summary>
    /// read(what, offset, buffer, room): payload 0, entry 1 or sender 2 of the message, or 3, the last reply; a1 is
    /// how long it is.
    /// </summary>
    private static RiscVOutcome DoRead(ref RiscVCall call)
    {
        RiscVState state = call.State;
        ReadOnlyMemory<byte> content = call.Argument(0) switch
        {
            0 => state.Message.Payload,
            1 => Encoding.UTF8.GetBytes(state.Message.Name),
            2 => Encoding.UTF8.GetBytes(state.Message.Sender),
            3 => state.Reply,
            _ => default,
        };
        int offset = (int)Math.Min(call.Argument(1), (ulong)content.Length);
        return CopyOut(ref call, content.Span[offset..], call.Argument(2), call.Argument(3), out RiscVOutcome outcome)
            ? Answer(ref call, HostStatus.Ok, (ulong)content.Length)
            : outcome;
    }

    private static RiscVOutcome DoSend(ref RiscVCall call) =>
        TryGetMessage(ref call, out VmMessage message, out RiscVOutcome outcome)
            ? Answer(ref call, call.Host.Send(message, ref call.Gas))
            : outcome;

    private static RiscVOutcome DoCall(ref RiscVCall call) =>
        TryGetMessage(ref call, out VmMessage message, out RiscVOutcome outcome)
            ? Answer(ref call, call.Host.Call(message, ref call.Gas, out ulong callId), callId)
            : outcome;

    private static RiscVOutcome DoBroadcast(ref RiscVCall call) =>
        TryGetMessage(ref call, out VmMessage message, out RiscVOutcome outcome)
            ? Answer(ref call, call.Host.Broadcast(message, ref call.Gas, out int count), (ulong)count)
            : outcome;

    /// <summary>reply(payload, length, names of ports, how many).</summary>
    private static RiscVOutcome DoReply(ref RiscVCall call) =>
        TryGetBytes(ref call, 0, out ReadOnlySpan<byte> payload, out RiscVOutcome outcome)
        && TryGetNames(ref call, call.Argument(2), call.Argument(3), out string[]? ports, out outcome)
            ? Answer(ref call, call.Host.Reply(payload, ports, ref call.Gas))
            : outcome;

    private static RiscVOutcome DoArrived(ref RiscVCall call)
    {
        HostStatus status = call.Host.Arrived(ref call.Gas, out int portCount, out long firedCount);
        return Answer(ref call, status, (ulong)portCount, (ulong)firedCount);
    }

    /// <summary>bind_port(name, length, which of those that arrived).</summary>
    private static RiscVOutcome DoBindPort(ref RiscVCall call) =>
        TryGetName(ref call, 0, out string name, out RiscVOutcome outcome)
            ? Answer(ref call, call.Host.BindPort(name, (int)Math.Min(call.Argument(2), int.MaxValue), ref call.Gas))
            : outcome;

    private static RiscVOutcome DoUnbindPort(ref RiscVCall call) =>
        TryGetName(ref call, 0, out string name, out RiscVOutcome outcome)
            ? Answer(ref call, call.Host.UnbindPort(name, ref call.Gas))
            : outcome;

    private static RiscVOutcome DoOpenPort(ref RiscVCall call) =>
        TryGetName(ref call, 0, out string name, out RiscVOutcome outcome)
            ? Answer(ref call, call.Host.OpenPort(name, ref call.Gas))
            : outcome;

    private static RiscVOutcome DoRevokePort(ref RiscVCall call) =>
        TryGetName(ref call, 0, out string name, out RiscVOutcome outcome)
            ? Answer(ref call, call.Host.RevokePort(name, ref call.Gas))
            : outcome;

    private static RiscVOutcome DoClearTimer(ref RiscVCall call) =>
        TryGetName(ref call, 0, out string name, out RiscVOutcome outcome)
            ? Answer(ref call, call.Host.ClearTimer(name, ref call.Gas))
            : outcome;

    /// <summary>set_timer({name, entry, payload: address and length each; delay, period, gas}).</summary>
    private static RiscVOutcome DoSetTimer(ref RiscVCall call)
    {
        Span<ulong> fields = stackalloc ulong[9];
        if (!TryGetFields(ref call, fields, out RiscVOutcome outcome)
            || !TryGetName(ref call, fields[0], fields[1], mayBeEmpty: false, out string name, out outcome)
            || !TryGetName(ref call, fields[2], fields[3], mayBeEmpty: true, out string entry, out outcome)
            || !TryGetBytes(ref call, fields[4], fields[5], out ReadOnlySpan<byte> payload, out outcome))
        {
            return outcome;
        }
        if ((long)fields[6] < 0 || (long)fields[7] < 0 || (long)fields[8] < 0)
        {
            return call.Fail(RiscVFault.InvalidArgument, call.Argument(0));
        }
        VmTimer timer = new(name, entry, payload, (long)fields[6])
        {
            PeriodMilliseconds = (long)fields[7], Gas = (long)fields[8],
        };
        return Answer(ref call, call.Host.SetTimer(timer, ref call.Gas));
    }

    /// <summary>{port, entry, payload: address and length each; gas; timeout; names of ports and how many}.</summary>
    private static bool TryGetMessage(ref RiscVCall call, out VmMessage message, out RiscVOutcome outcome)
    {
        message = default;
        Span<ulong> fields = stackalloc ulong[10];
        if (!TryGetFields(ref call, fields, out outcome)
            || !TryGetName(ref call, fields[0], fields[1], mayBeEmpty: false, out string port, out outcome)
            || !TryGetName(ref call, fields[2], fields[3], mayBeEmpty: true, out string entry, out outcome)
            || !TryGetBytes(ref call, fields[4], fields[5], out ReadOnlySpan<byte> payload, out outcome)
            || !TryGetNames(ref call, fields[8], fields[9], out string[]? ports, out outcome))
        {
            return false;
        }
        long timeout = (long)fields[7];
        if ((long)fields[6] < 0 || timeout < Never)
        {
            outcome = call.Fail(RiscVFault.InvalidArgument, call.Argument(0));
            return false;
        }
        message = new VmMessage(port, entry, payload, (long)fields[6])
        {
            Ports = ports, TimeoutMilliseconds = timeout == Never ? null : timeout,
        };
        return true;
    }

    /// <summary>Consecutive numbers of eight bytes at a0.</summary>
    private static bool TryGetFields(ref RiscVCall call, scoped Span<ulong> fields, out RiscVOutcome outcome)
    {
        outcome = RiscVOutcome.Done;
        for (int i = 0; i < fields.Length; i++)
        {
            ulong address = call.Argument(0) + (ulong)(i * LongBytes);
            if (!call.Memory.TryReadUInt64(address, out fields[i]))
            {
                outcome = call.Fail(RiscVFault.MemOutOfBound, address);
                return false;
            }
        }
        return true;
    }

    /// <summary>Names as pairs of address and length.</summary>
    private static bool TryGetNames(
        ref RiscVCall call, ulong address, ulong count, [NotNullWhen(true)] out string[]? names,
        out RiscVOutcome outcome)
    {
        names = null;
        outcome = RiscVOutcome.LimitExceeded;
        if (count > VmMessage.PortsMax)
        {
            return false;
        }
        string[] found = new string[count];
        for (ulong i = 0; i < count; i++)
        {
            ulong at = address + (2 * LongBytes * i);
            if (!call.Memory.TryReadUInt64(at, out ulong name)
                || !call.Memory.TryReadUInt64(at + LongBytes, out ulong length))
            {
                outcome = call.Fail(RiscVFault.MemOutOfBound, at);
                return false;
            }
            if (!TryGetName(ref call, name, length, mayBeEmpty: false, out found[i], out outcome))
            {
                return false;
            }
        }
        outcome = RiscVOutcome.Done;
        names = found;
        return true;
    }
}
