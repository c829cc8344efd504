using Granary.Vms;

namespace Granary.Kernels;

/// <content>Turns: from an input to the next commit.</content>
public sealed partial class Kernel
{
    /// <summary>Begins the next turn when what the kernel waits for has come.</summary>
    private void Proceed()
    {
        while (_host.Run.Phase != KernelStatus.Running && HasRoom && TryBegin())
        {
        }
    }

    /// <summary>
    /// What a turn sends fits into the outbox, whoever is slow to take it. When nothing waits, a turn is always begun:
    /// the limits may be smaller than that.
    /// </summary>
    private bool HasRoom => _books.Outbox.Count == 0
        || (_books.Outbox.Count + (long)_limits.EffectsPerTurnMax <= _limits.OutboxMessagesMax
            && _books.OutboxBytes + _limits.EffectBytesPerTurnMax <= _limits.OutboxBytesMax);

    /// <summary>True when a turn has begun, or a message has ended without one.</summary>
    private bool TryBegin()
    {
        RunState run = _host.Run;
        switch (run.Phase)
        {
            case KernelStatus.Sleeping when run.IsDue:
                BeginTurn(Position);
                Machine().Resume(VmAnswer.Slept.Instance);
                return true;
            case KernelStatus.Receiving when run.IsDue:
                // Nothing else paid for the time after a timeout: like a message from nobody, it brings a budget.
                run.GasLeft = Math.Max(run.GasLeft, KernelLimits.MessageGasDefault);
                BeginTurn(Position);
                Machine().Resume(VmAnswer.TimedOut.Instance);
                return true;
            case KernelStatus.Idle when _books.Inbox.Count > 0:
                TakeNext(static (machine, first) => machine.Enter(first));
                return true;
            case KernelStatus.Receiving when _books.Inbox.Count > 0:
                TakeNext(static (machine, next) => machine.Resume(new VmAnswer.Received(next)));
                return true;
            case KernelStatus.Awaiting when TryTakeReply() is { } reply:
                BeginTurn(Position);
                Machine().Resume(reply);
                return true;
            default:
                return false;
        }
    }

    private void TakeNext(Action<IVmContainer, VmEntry> handIn)
    {
        (ulong position, Envelope message) = _books.Dequeue();
        if (message.Deadline is { } deadline && _host.Now >= deadline)
        {
            Refuse(position, message, ReplyStatus.TimedOut, "its deadline passed before it was begun");
            return;
        }
        if (message.Grant > 0 && !_books.Grants.TryGet(message.Grant, out _))
        {
            Refuse(position, message, ReplyStatus.PortRevoked, "the port that it was sent through is revoked");
            return;
        }
        RunState run = _host.Run;
        run.Message = Handling.Of(position, message);
        run.Arrived = message.Ports;
        run.Replied = false;
        run.GasLeft = message.Gas;
        run.GasUsed = 0;
        run.Tries = run.TriedInput == position ? run.Tries + 1 : 1;
        run.TriedInput = position;
        _books.Handled = message.Kind == MessageKind.Call ? null : message;
        BeginTurn(position);
        if (message.Payload.Length <= _limits.Vm.PayloadBytesMax)
        {
            handIn(Machine(), new VmEntry(message.Entry, message.Payload, message.From.Value));
        }
        else
        {
            // Another kernel may send what this one does not take. Refusing it at the door would leave a gap for ever.
            EndTurn(new VmExit.Trapped(TrapKind.LimitExceeded, new TrapSite("payload")), goOn: false);
        }
    }

    /// <summary>The reply that the machine waits for; null while there is none.</summary>
    private VmAnswer.Replied? TryTakeReply()
    {
        RunState run = _host.Run;
        if (!_books.Calls.TryGet(run.AwaitedCall, out OpenCall? call) || call.IsForsaken)
        {
            return new VmAnswer.Replied(ReplyStatus.UnknownCall, default);
        }
        if (call.Status is not { } status)
        {
            return null;
        }
        if (status == ReplyStatus.TimedOut && call.Gas == 0)
        {
            // The rest of its budget may still come.
            _books.Forsake(run.AwaitedCall, call);
        }
        else
        {
            _books.Calls.Remove(run.AwaitedCall);
        }
        Credit(call.Gas);
        run.Arrived = call.Ports;
        return new VmAnswer.Replied(status, call.Payload);
    }

    /// <summary>What a callee did not use comes back; it never adds up to more than was moved out.</summary>
    private void Credit(long gas)
    {
        RunState run = _host.Run;
        run.GasLeft = gas > GasMeter.Unlimited - run.GasLeft ? GasMeter.Unlimited : run.GasLeft + gas;
        run.GasUsed = Math.Max(0, run.GasUsed - gas);
    }

    private void BeginTurn(ulong input)
    {
        RunState run = _host.Run;
        run.Phase = KernelStatus.Running;
        run.WakeAt = null;
        run.IsDue = false;
        run.TurnInput = input;
        // Fixed for the whole turn: inputs that come while it runs have no place in it, so they must not show in it.
        run.TurnTime = Math.Max(run.TurnTime, _host.Now);
        run.OutboxCount = _books.Outbox.Count;
        run.OutboxBytes = _books.OutboxBytes;
        run.TurnGas = 0;
        run.Effects = default;
        run.RandomDrawn = 0;
        _host.ForgetPortCount();
        Credit(_books.TakeForsakenGas());
        CountOpenCalls();
    }

    private void CountOpenCalls() =>
        _host.OpenCallCount = _books.Calls.Count - _books.ForsakenCount
            + _host.Pending.Messages.Count(m => m.Kind == MessageKind.Call)
            + _host.Pending.Cycles.Count;

    private void RunSlice(long sliceGas)
    {
        RunState run = _host.Run;
        GasMeter gas = new(sliceGas, run.GasLeft);
        VmExit exit = Machine().Run(ref gas, _host);
        run.GasLeft = gas.MessageLeft;
        run.GasUsed += gas.Used;
        run.TurnGas += gas.Used;
        // What was moved out is spent elsewhere, or comes back.
        long ran = gas.Used - _host.GasMoved;
        _host.GasMoved = 0;
        _gasSpent += ran;
        _gasSinceCheckpoint += ran;
        if (exit is not VmExit.SliceEnded)
        {
            EndTurn(exit, goOn: true);
        }
    }

    private void EndTurn(VmExit exit, bool goOn)
    {
        switch (exit)
        {
            case VmExit.Halted or VmExit.Suspended when TrySaveAtCommit():
                Commit(exit);
                break;
            case VmExit.Halted or VmExit.Suspended:
                Undo(new VmExit.Trapped(TrapKind.LimitExceeded, new TrapSite("saved machine")));
                break;
            default:
                Undo(exit);
                break;
        }
        if (goOn)
        {
            Proceed();
        }
    }

    private bool TrySaveAtCommit()
    {
        MachineTreeSink sink = new(_host.Work);
        Machine().Save(sink);
        if (sink.TooLarge || sink.Bytes > _limits.Vm.SnapshotBytesMax)
        {
            return false;
        }
        _host.Work = sink.Finish();
        return true;
    }

    private void Commit(VmExit exit)
    {
        RunState run = _host.Run;
        Handling? message = run.Message;
        HostRequest? request = (exit as VmExit.Suspended)?.Request;
        bool ends = request is null or HostRequest.Receive;
        ReadOnlyMemory<byte>? reply = _host.Pending.Reply;
        if (ends && reply is null && message is { Kind: MessageKind.Call } && !run.Replied)
        {
            // Who moves on from a call without a reply gives an empty one; who halts gives the output.
            ReadOnlyMemory<byte> output = (exit as VmExit.Halted)?.Output ?? default;
            if (output.Length > _limits.Vm.PayloadBytesMax)
            {
                Undo(new VmExit.Trapped(TrapKind.LimitExceeded, new TrapSite("output")));
                return;
            }
            reply = output;
            run.Effects = EffectsDigest.Add(run.Effects, EffectTag.Reply, output.Span);
        }
        AppendEnded(ExitOf(request), TrapKind.None, "", reply);
        IReadOnlyList<Port> replyPorts = _host.Pending.ReplyPorts;
        Release();
        if (reply is { } payload)
        {
            run.Replied = true;
            long left = ends ? run.GasLeft : 0;
            GiveReply(message!, ReplyStatus.Ok, payload, replyPorts, run.GasUsed, left);
            run.GasLeft -= message!.From.IsClient ? 0 : left;
        }
        _committed = _host.Work;
        _committedDataBytes = _host.DataBytes;
        WaitFor(request);
        run.CommitPhase = run.Phase;
        run.CommitWakeAt = run.WakeAt;
        if (ends)
        {
            FinishMessage(message, ReplyStatus.Ok, request is null ? "halted" : "waits for the next message",
                reply is not null);
        }
    }

    /// <summary>Drops what the turn did and the machine, and goes back to the last commit.</summary>
    private void Undo(VmExit exit)
    {
        RunState run = _host.Run;
        Handling? message = run.Message;
        (TurnExit turnExit, TrapKind trap, string site) = exit is VmExit.Trapped trapped
            ? (TurnExit.Trapped, trapped.Kind, Shorten(trapped.Site.Text))
            : (TurnExit.Reverted, TrapKind.None, "");
        ReplyStatus status = trap == TrapKind.None ? ReplyStatus.Reverted : ReplyStatus.Trapped;
        string text = exit is VmExit.Reverted said
            ? DescribeRevert(said.Output.Span)
            : $"trapped: {trap} at {site}, gas {run.GasUsed}";
        ReadOnlyMemory<byte>? reply = null;
        if (message is { Kind: MessageKind.Call } && !run.Replied)
        {
            ReadOnlyMemory<byte> output = exit is VmExit.Reverted reverted ? reverted.Output : Utf8(text);
            reply = output.Length <= _limits.Vm.PayloadBytesMax ? output : Utf8("output over the limit");
            run.Effects = EffectsDigest.Add(run.Effects, EffectTag.Reply, reply.Value.Span);
        }
        AppendEnded(turnExit, trap, site, reply);
        _host.Pending.Clear();
        _host.Work = _committed;
        _host.DataBytes = _committedDataBytes;
        _container = null;
        if (reply is { } payload)
        {
            GiveReply(message!, status, payload, [], run.GasUsed, run.GasLeft);
        }
        bool fails = _books.Handled is not null && trap != TrapKind.Cancelled;
        bool again = fails && MayTryAgain(message, trap);
        // A program that waits for messages waits again, unless it was not a message that it failed on.
        bool waitAgain = run.CommitPhase == KernelStatus.Receiving && message is not null && trap != TrapKind.Cancelled;
        run.Phase = run.CommitPhase = waitAgain ? KernelStatus.Receiving : KernelStatus.Idle;
        run.WakeAt = run.CommitWakeAt = waitAgain ? run.CommitWakeAt : null;
        if (again)
        {
            // At its old place, so that nothing overtakes it.
            _books.Enqueue(message!.Position, _books.Handled!);
            text += $"; try {run.Tries} of {_limits.TriesMax}";
        }
        else if (fails)
        {
            _books.Bury(new DeadLetter(_host.Now, status, text, run.Tries, _books.Handled!), _limits);
        }
        FinishMessage(message, status, text, reply is not null);
    }

    /// <summary>
    /// Clients see for themselves what became of their messages. What a message did before it last waited is done and
    /// must not be done again.
    /// </summary>
    private bool MayTryAgain(Handling? message, TrapKind trap) =>
        message is { Kind: MessageKind.Send, From.IsClient: false } && trap != TrapKind.None
        && _host.Run.TurnInput == message.Position && _host.Run.Tries < _limits.TriesMax;

    private static string DescribeRevert(ReadOnlySpan<byte> output) =>
        output.Length > 0 && output.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0
            ? $"reverted: {Shorten(System.Text.Encoding.ASCII.GetString(output))}"
            : "reverted";

    private void WaitFor(HostRequest? request)
    {
        RunState run = _host.Run;
        switch (request)
        {
            case null:
                run.Phase = KernelStatus.Idle;
                break;
            case HostRequest.Sleep sleep:
                run.Phase = KernelStatus.Sleeping;
                run.WakeAt = run.TurnTime + Math.Clamp(sleep.Milliseconds, 0, KernelTimer.MillisecondsMax);
                break;
            case HostRequest.Receive receive:
                run.Phase = KernelStatus.Receiving;
                run.WakeAt = receive.TimeoutMilliseconds is { } timeout
                    ? run.TurnTime + Math.Clamp(timeout, 0, KernelTimer.MillisecondsMax)
                    : null;
                break;
            case HostRequest.AwaitReply awaited:
                run.Phase = KernelStatus.Awaiting;
                run.AwaitedCall = awaited.CallId;
                run.WakeAt = _books.Calls.TryGet(awaited.CallId, out OpenCall? call) && call.Status is null
                    ? call.Deadline
                    : null;
                break;
        }
    }

    private static TurnExit ExitOf(HostRequest? request) => request switch
    {
        null => TurnExit.Halted,
        HostRequest.Sleep => TurnExit.Slept,
        HostRequest.Receive => TurnExit.Receiving,
        HostRequest.AwaitReply => TurnExit.Awaiting,
        _ => throw new ArgumentException($"{request.GetType().Name} is no request.", nameof(request)),
    };
}
