using System.Collections.Frozen;
using System.Text;

namespace Granary.Vms.RiscV;

/// <summary>
/// The system calls of actor mode: one row for each call of the host. Arguments in a0 and up; a0 becomes the status
/// (<see cref="HostStatus"/>, of await <see cref="ReplyStatus"/>), a1 and a2 what there is to say beside it.
/// </summary>
internal static partial class RiscVImports
{
    public const ulong Receive = 512;
    public const ulong Await = 518;
    public const ulong Sleep = 524;

    /// <summary>What the meter says when the message's gas is not limited.</summary>
    private const long UnlimitedFrom = 1L << 62;

    private static readonly RiscVCallInfo[] _calls =
    [
        new(93, "exit", 0, DoExit),
        new(Receive, "receive", 0, DoWait),
        new(513, "read", 0, DoRead),
        new(515, "send", 0, DoSend),
        new(516, "call", 0, DoCall),
        new(517, "broadcast", 0, DoBroadcast),
        new(Await, "await", 0, DoWait),
        new(519, "reply", 0, DoReply),
        new(520, "get", 0, DoGet),
        new(521, "put", 0, DoPut),
        new(522, "delete", 0, DoDelete),
        new(523, "next", 0, DoNext),
        new(Sleep, "sleep", 0, DoWait),
        new(525, "time", 0, DoTime),
        new(526, "random", 0, DoRandom),
        new(527, "log", 0, DoLog),
        new(528, "print", 0, DoPrint),
        new(529, "emit", 0, DoEmit),
        new(530, "gas", 0, DoGas),
        new(531, "arrived", 0, DoArrived),
        new(532, "bind_port", 0, DoBindPort),
        new(533, "unbind_port", 0, DoUnbindPort),
        new(534, "open_port", 0, DoOpenPort),
        new(535, "revoke_port", 0, DoRevokePort),
        new(536, "set_timer", 0, DoSetTimer),
        new(537, "clear_timer", 0, DoClearTimer),
        new(538, "halt", 0, DoHalt),
        new(539, "revert", 0, DoHalt),
    ];

    private static readonly FrozenDictionary<ulong, RiscVCallInfo> _byNumber =
        _calls.ToFrozenDictionary(c => c.Number);

    public static IReadOnlyList<RiscVCallInfo> Calls => _calls;

    public static RiscVOutcome Call(ref RiscVCall call)
    {
        ulong number = call.Hart.X[RiscVHart.A7];
        return _byNumber.TryGetValue(number, out RiscVCallInfo? info)
            ? info.Handler(ref call)
            : call.Fail(RiscVFault.InvalidEcall, number);
    }

    private static RiscVOutcome DoExit(ref RiscVCall call) => RiscVOutcome.Exit;

    /// <summary>halt and revert(output, length): end with an output.</summary>
    private static RiscVOutcome DoHalt(ref RiscVCall call)
    {
        if (!TryGetBytes(ref call, 0, out ReadOnlySpan<byte> output, out RiscVOutcome outcome))
        {
            return outcome;
        }
        if (output.Length > call.Program.Limits.PayloadBytesMax)
        {
            return RiscVOutcome.LimitExceeded;
        }
        if (!call.TryCharge(RiscVGas.Bytes(output.Length)))
        {
            return RiscVOutcome.OutOfGas;
        }
        call.State.Reply = output.ToArray();
        return call.Hart.X[RiscVHart.A7] == 538 ? RiscVOutcome.Halt : RiscVOutcome.Revert;
    }

    private static RiscVOutcome DoTime(ref RiscVCall call) =>
        Answer(ref call, call.Host.Time(ref call.Gas, out long milliseconds), (ulong)milliseconds);

    private static RiscVOutcome DoRandom(ref RiscVCall call) =>
        Answer(ref call, call.Host.Random(ref call.Gas, out ulong value), value);

    private static RiscVOutcome DoLog(ref RiscVCall call) =>
        TryGetBytes(ref call, 0, out ReadOnlySpan<byte> text, out RiscVOutcome outcome)
            ? Answer(ref call, call.Host.Log(text, ref call.Gas))
            : outcome;

    private static RiscVOutcome DoPrint(ref RiscVCall call) =>
        TryGetBytes(ref call, 0, out ReadOnlySpan<byte> text, out RiscVOutcome outcome)
            ? Answer(ref call, call.Host.Print(text, ref call.Gas))
            : outcome;

    private static RiscVOutcome DoEmit(ref RiscVCall call) =>
        TryGetName(ref call, 0, out string topic, out RiscVOutcome outcome)
        && TryGetBytes(ref call, 2, out ReadOnlySpan<byte> payload, out outcome)
            ? Answer(ref call, call.Host.Emit(topic, payload, ref call.Gas))
            : outcome;

    private static RiscVOutcome DoGas(ref RiscVCall call)
    {
        long left = call.Gas.MessageLeft;
        return Answer(ref call, HostStatus.Ok, left >= UnlimitedFrom ? long.MaxValue : (ulong)left);
    }

    /// <summary>Ends a call with a status that the program sees, or that ends the message.</summary>
    private static RiscVOutcome Answer(ref RiscVCall call, HostStatus status, ulong a1 = 0, ulong a2 = 0)
    {
        if (status is HostStatus.OutOfGas or HostStatus.LimitExceeded)
        {
            return status == HostStatus.OutOfGas ? RiscVOutcome.OutOfGas : RiscVOutcome.LimitExceeded;
        }
        ulong[] x = call.Hart.X;
        (x[RiscVHart.A0], x[RiscVHart.A0 + 1], x[RiscVHart.A0 + 2]) = ((ulong)status, a1, a2);
        return RiscVOutcome.Done;
    }

    /// <summary>A piece of memory whose address and length are two arguments.</summary>
    private static bool TryGetBytes(
        ref RiscVCall call, int at, out ReadOnlySpan<byte> bytes, out RiscVOutcome outcome) =>
        TryGetBytes(ref call, call.Argument(at), call.Argument(at + 1), out bytes, out outcome);

    private static bool TryGetBytes(
        ref RiscVCall call, ulong address, ulong length, out ReadOnlySpan<byte> bytes, out RiscVOutcome outcome)
    {
        bool inside = call.Memory.TryRead(address, length, out bytes);
        outcome = inside ? RiscVOutcome.Done : call.Fail(RiscVFault.MemOutOfBound, address);
        return inside;
    }

    private static bool TryGetName(ref RiscVCall call, int at, out string name, out RiscVOutcome outcome) =>
        TryGetName(ref call, call.Argument(at), call.Argument(at + 1), mayBeEmpty: false, out name, out outcome);

    private static bool TryGetName(
        ref RiscVCall call, ulong address, ulong length, bool mayBeEmpty, out string name, out RiscVOutcome outcome)
    {
        name = "";
        if (length > (ulong)call.Program.Limits.NameBytesMax)
        {
            outcome = RiscVOutcome.LimitExceeded;
            return false;
        }
        if (!TryGetBytes(ref call, address, length, out ReadOnlySpan<byte> bytes, out outcome))
        {
            return false;
        }
        name = Encoding.ASCII.GetString(bytes);
        if ((mayBeEmpty && length == 0) || VmName.IsValid(name, call.Program.Limits))
        {
            return true;
        }
        outcome = call.Fail(RiscVFault.InvalidArgument, address);
        return false;
    }
}
