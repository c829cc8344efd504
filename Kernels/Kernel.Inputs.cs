using Granary.Vms;

namespace Granary.Kernels;

/// <content>What comes in.</content>
public sealed partial class Kernel
{
    /// <summary>Brings a message from a client or another kernel.</summary>
    public Delivery Deliver(Envelope message, long time)
    {
        if ((message.From.IsClient ? CheckClient(message) : CheckNumber(message)) is { } refused)
        {
            return refused;
        }
        bool tooLarge = message.Payload.Length > _limits.Vm.PayloadBytesMax;
        if (message.Kind == MessageKind.Reply)
        {
            // Replies are bounded by the calls that were made, so that a full inbox cannot keep a waiting kernel
            // waiting.
            Take(
                tooLarge ? message with { Status = ReplyStatus.Refused, Payload = default, Ports = [] } : message,
                Advance(time));
            return new Delivery(DeliveryStatus.Taken, Position);
        }
        // The first is always taken: one that is larger than the whole inbox would otherwise be refused for ever.
        if (_books.Inbox.Count >= _limits.InboxMessagesMax || (_books.Inbox.Count > 0
            && _books.InboxBytes + message.Payload.Length > _limits.InboxBytesMax))
        {
            return new Delivery(DeliveryStatus.InboxFull, 0);
        }
        Take(message, Advance(time));
        return new Delivery(DeliveryStatus.Taken, Position);
    }

    private Delivery? CheckClient(Envelope message)
    {
        if (message.Payload.Length > _limits.Vm.PayloadBytesMax)
        {
            return new Delivery(DeliveryStatus.TooLarge, 0);
        }
        if (message.Kind is MessageKind.Reply or MessageKind.Timer || message.Gas < 0 || message.CallChain.Count > 0
            || message.Ports.Count > 0 || message.Grant > 0)
        {
            return new Delivery(DeliveryStatus.NotForClients, 0);
        }
        if ((message.Entry.Length > 0 && !VmName.IsValid(message.Entry, _limits.Vm))
            || message.IdempotencyKey.Length > KernelLimits.IdempotencyKeyCharsMax
            || message.IdempotencyKey.AsSpan().ContainsAnyExceptInRange('!', '~')
            || message.Trace.Length > KernelLimits.TraceCharsMax
            || message.Trace.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return new Delivery(DeliveryStatus.BadName, 0);
        }
        return message.IdempotencyKey.Length > 0 && _books.TryFindKey(message.IdempotencyKey, out ulong position)
            ? new Delivery(DeliveryStatus.Duplicate, position)
            : null;
    }

    /// <summary>Tells the time. True when a sleep, a timeout or a timer was over; there may be more.</summary>
    public bool Wake(long time)
    {
        if (_host.Run.Phase == KernelStatus.Running)
        {
            return false;
        }
        long own = _host.Run.WakeAt ?? long.MaxValue;
        (string Name, KernelTimer Timer)? timer = _books.NextTimer();
        if (time < Math.Min(own, timer?.Timer.Due ?? long.MaxValue))
        {
            return false;
        }
        _journal.Append(new JournalEntry.Woken(Advance(time)));
        if (timer is (var name, var fired) && fired.Due < own)
        {
            Fire(name, fired);
        }
        else
        {
            EndWait();
        }
        Proceed();
        return true;
    }

    private void EndWait()
    {
        RunState run = _host.Run;
        (run.WakeAt, run.IsDue) = (null, true);
        if (run.Phase == KernelStatus.Awaiting && _books.Calls.TryGet(run.AwaitedCall, out OpenCall? call)
            && call.Status is null)
        {
            _books.Calls.Set(run.AwaitedCall, call with { Status = ReplyStatus.TimedOut });
        }
    }

    /// <summary>
    /// Puts a timer's message into the inbox. After a time in which nobody told the time, or nobody took the message,
    /// it is one message with a count.
    /// </summary>
    private void Fire(string name, KernelTimer timer)
    {
        long count = 1;
        if (timer.Period == 0)
        {
            _books.Timers.Remove(name);
        }
        else
        {
            count += (_host.Now - timer.Due) / timer.Period;
            _books.Timers.Set(name, timer with { Due = timer.Due + (count * timer.Period) });
        }
        foreach ((ulong position, Envelope waiting) in _books.Inbox.Items)
        {
            if (waiting.Kind == MessageKind.Timer && waiting.IdempotencyKey == name && timer.Period > 0)
            {
                _books.Inbox.Set(position, waiting with { Number = waiting.Number + (ulong)count });
                return;
            }
        }
        _books.Enqueue(Position, new Envelope
        {
            Kind = MessageKind.Timer, From = Id, FromGeneration = Generation, Number = (ulong)count, To = Id,
            Entry = timer.Entry, Payload = timer.Payload, Gas = timer.Gas, IdempotencyKey = name,
        });
    }

    /// <summary>Tells that a message of the outbox has arrived (<see cref="ReplyStatus.Ok"/>) or never will.</summary>
    public void Acknowledge(KernelId to, ulong generation, ulong number, ReplyStatus status, long time)
    {
        if (_books.Settle(to, generation, number) is not { } message)
        {
            return;
        }
        _journal.Append(new JournalEntry.Acknowledged(Advance(time), to, generation, number, status));
        if (status != ReplyStatus.Ok && message.Kind == MessageKind.Call && generation == Generation)
        {
            ResolveCall(message with { Status = status, Payload = default, Ports = [] });
        }
        else if (status != ReplyStatus.Ok && message.Kind == MessageKind.Send)
        {
            _books.Bury(new DeadLetter(_host.Now, status, $"not brought to '{to}': {status}", 0, message), _limits);
        }
        // There is room in the outbox again.
        Proceed();
    }

    /// <summary>Carries out an operator's command at the present safe point.</summary>
    /// <remarks>After any of these exceptions nothing has happened.</remarks>
    /// <exception cref="ArgumentException">
    /// A port that has no name or no target or is one too many; a status that no machine has.
    /// </exception>
    /// <exception cref="SnapshotFormatException">A machine cannot be restored or saved.</exception>
    /// <exception cref="ProgramUnavailableException">The code to go back to is not there.</exception>
    /// <exception cref="NodeMissingException">The state to go back to is not there.</exception>
    /// <exception cref="CborException">The state to go back to is no kernel's.</exception>
    public void Command(KernelCommand command, long time)
    {
        // What can fail comes before the entry.
        IVmContainer? written = command is KernelCommand.WriteMachine machine ? OpenMachine(machine) : null;
        Inheritable? target = command is KernelCommand.Rollback rollback ? OpenTarget(rollback) : null;
        if (command is KernelCommand.SetPort { Target: { } wanted } given)
        {
            CheckPort(given.Name, wanted);
        }
        CheckMessages(command);
        long gasAt = _host.Run.Phase == KernelStatus.Running ? _host.Run.TurnGas : 0;
        _journal.Append(new JournalEntry.Commanded(Advance(time), gasAt, command));
        switch (command)
        {
            case KernelCommand.Pause:
                _paused = true;
                break;
            case KernelCommand.Resume:
                _paused = false;
                break;
            case KernelCommand.Cancel:
                CancelMessage();
                break;
            case KernelCommand.SetPort port:
                SetPort(port.Name, port.Target);
                break;
            case KernelCommand.CancelMessage cancel:
                CancelMessage(cancel.Input);
                break;
            case KernelCommand.SetTimer { Timer: { } timer } set:
                _books.Timers.Set(set.Name, timer);
                break;
            case KernelCommand.SetTimer clear:
                _books.Timers.Remove(clear.Name);
                break;
            case KernelCommand.ResendDeadLetter resend:
                Resend(_books.Exhume(resend.Number)!.Message);
                break;
            case KernelCommand.DropDeadLetter drop:
                _books.Exhume(drop.Number);
                break;
            case KernelCommand.Rollback:
                CancelMessage();
                _host.Generation++;
                _books.BeginGeneration();
                Adopt(target!);
                break;
            case KernelCommand.WriteMachine write:
                CancelMessage();
                WriteMachine(write, written!);
                break;
        }
        Proceed();
    }

    private Delivery? CheckNumber(Envelope message)
    {
        ulong last = _books.Seen.TryGet((message.From, message.FromGeneration), out ulong seen) ? seen : 0;
        if (message.Number <= last)
        {
            _effects.Add(new Effect.Acknowledge(message.From, message.FromGeneration, message.Number));
            return new Delivery(DeliveryStatus.Duplicate, 0);
        }
        return message.Number == last + 1 ? null : new Delivery(DeliveryStatus.OutOfOrder, 0);
    }

    private void Take(Envelope message, long time)
    {
        _journal.Append(new JournalEntry.Received(time, message));
        if (!message.From.IsClient)
        {
            _books.Seen.Set((message.From, message.FromGeneration), message.Number);
            _effects.Add(new Effect.Acknowledge(message.From, message.FromGeneration, message.Number));
        }
        else if (message.IdempotencyKey.Length > 0)
        {
            _books.AddKey(message.IdempotencyKey, Position, _limits.IdempotencyKeysMax);
        }
        if (message.Kind == MessageKind.Reply)
        {
            ResolveCall(message);
        }
        else
        {
            _books.Enqueue(Position, message);
        }
        Proceed();
    }

    /// <summary>
    /// Keeps the answer to a call until the program asks for it; a strange one is dropped, and of a late one all but
    /// the gas that it brings back.
    /// </summary>
    private void ResolveCall(Envelope reply)
    {
        if (!_books.Calls.TryGet(reply.CallId, out OpenCall? call)
            || call.Status is not (null or ReplyStatus.TimedOut))
        {
            return;
        }
        bool late = call.Status is not null || _host.Now >= call.Deadline;
        _books.Calls.Set(reply.CallId, late
            ? call with { Status = ReplyStatus.TimedOut, Gas = call.Gas + reply.Gas }
            : new OpenCall(reply.Status, reply.Payload, reply.Gas) { Ports = reply.Ports });
    }

    private void CancelMessage()
    {
        if (_host.Run.Phase != KernelStatus.Idle)
        {
            if (_host.Run.Phase != KernelStatus.Running)
            {
                // The turn before has its outcome; this is another one, and it costs nothing.
                BeginTurn(Position);
            }
            EndTurn(new VmExit.Trapped(TrapKind.Cancelled, new TrapSite("command")), goOn: false);
        }
    }

    private void CancelMessage(ulong input)
    {
        if (_host.Run.Message?.Position == input)
        {
            CancelMessage();
            return;
        }
        Refuse(input, _books.Withdraw(input), ReplyStatus.Trapped, "trapped: Cancelled at inbox, gas 0");
    }

    private void Resend(Envelope message)
    {
        if (message.To == Id)
        {
            // It was let in once; its time may be over, but whoever sends it again wants it handled.
            _books.Enqueue(Position, message with { Deadline = null, Grant = 0 });
            return;
        }
        _effects.Add(new Effect.Send(
            _books.Post(message with { From = Id, FromGeneration = Generation, Deadline = null })));
    }

    /// <summary>What can be wrong with a command about messages and timers.</summary>
    private void CheckMessages(KernelCommand command)
    {
        switch (command)
        {
            case KernelCommand.CancelMessage cancel
                when _host.Run.Message?.Position != cancel.Input && !_books.Inbox.TryGet(cancel.Input, out _):
                throw new ArgumentException($"No message of position {cancel.Input} waits or is being handled.");
            case KernelCommand.ResendDeadLetter { Number: var number }
                when !_books.DeadLetters.TryGet(number, out _):
                throw new ArgumentException($"There is no dead letter {number}.");
            case KernelCommand.DropDeadLetter { Number: var number }
                when !_books.DeadLetters.TryGet(number, out _):
                throw new ArgumentException($"There is no dead letter {number}.");
            case KernelCommand.SetTimer { Timer: null } clear when !_books.Timers.TryGet(clear.Name, out _):
                throw new ArgumentException($"There is no timer '{clear.Name}'.");
            case KernelCommand.SetTimer { Timer: { } timer } set:
                CheckTimer(set.Name, timer);
                break;
        }
    }

    private void CheckTimer(string name, KernelTimer timer)
    {
        if (!VmName.IsValid(name, _limits.Vm) || (timer.Entry.Length > 0 && !VmName.IsValid(timer.Entry, _limits.Vm)))
        {
            throw new ArgumentException($"'{name}' is no timer name, or '{timer.Entry}' no entry point: use "
                + "A-Z a-z 0-9 . _ -.");
        }
        if (timer.Payload.Length > _limits.Vm.PayloadBytesMax)
        {
            throw new ArgumentException(
                $"The payload has {timer.Payload.Length} bytes; the kernel takes {_limits.Vm.PayloadBytesMax}.");
        }
        if (timer.Gas < 0 || timer.Period is < 0 or > KernelTimer.MillisecondsMax
            || timer.Due < 0 || timer.Due > _host.Now + (2 * KernelTimer.MillisecondsMax))
        {
            throw new ArgumentException("Gas, time and period are not negative, and no timer waits for ten years.");
        }
        if (!_books.Timers.TryGet(name, out _) && _books.Timers.Count >= _limits.TimersMax)
        {
            throw new ArgumentException(
                $"The timer '{name}' is one too many: a kernel has {_limits.TimersMax}.");
        }
    }

    private IVmContainer OpenMachine(KernelCommand.WriteMachine command)
    {
        if (command.Status > KernelStatus.Awaiting)
        {
            throw new ArgumentException($"{command.Status} is nothing that a machine does.", nameof(command));
        }
        IVmContainer machine = _program.Restore(command.Machine);
        MachineTreeSink sink = new(StateTree.Empty);
        machine.Save(sink);
        // Restored again, for saving may have told the machine that its pages are stored.
        return sink.TooLarge || sink.Bytes > _limits.Vm.SnapshotBytesMax
            ? throw new SnapshotFormatException(
                $"The machine is over its limit of {_limits.Vm.SnapshotBytesMax} bytes.")
            : _program.Restore(command.Machine);
    }

    private void WriteMachine(KernelCommand.WriteMachine command, IVmContainer restored)
    {
        // Without the old machine's pages: the new one knows nothing of what it shares with them.
        MachineTreeSink sink = new(_host.Work.DeletePrefix(TreeKeys.Of(TreeKeys.Vm)));
        restored.Save(sink);
        _host.Work = _committed = sink.Finish();
        _container = restored;
        RunState run = _host.Run;
        run.Message = null;
        run.Replied = false;
        run.GasLeft = GasMeter.Unlimited;
        run.GasUsed = 0;
        switch (command.Status)
        {
            case KernelStatus.Idle:
                run.Phase = run.CommitPhase = KernelStatus.Idle;
                return;
            case KernelStatus.Receiving:
                run.Phase = run.CommitPhase = KernelStatus.Receiving;
                run.WakeAt = run.CommitWakeAt = null;
                return;
            case KernelStatus.Sleeping:
                restored.Resume(VmAnswer.Slept.Instance);
                break;
            case KernelStatus.Awaiting:
                restored.Resume(new VmAnswer.Replied(ReplyStatus.Detached, default));
                break;
        }
        BeginTurn(Position);
    }
}
