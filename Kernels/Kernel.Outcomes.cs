using Granary.Vms;

namespace Granary.Kernels;

/// <content>What comes of messages: replies, dead letters, and what a commit lets out.</content>
public sealed partial class Kernel
{
    /// <summary>Ends a message that is not begun.</summary>
    private void Refuse(ulong position, Envelope message, ReplyStatus status, string reason)
    {
        if (message.Kind == MessageKind.Call)
        {
            GiveReply(Handling.Of(position, message), status, Utf8(reason), [], gasUsed: 0, message.Gas);
        }
        else
        {
            // Whoever's port was revoked has no say here any more, not even among the dead letters.
            if (status == ReplyStatus.TimedOut)
            {
                _books.Bury(new DeadLetter(_host.Now, status, reason, 0, message), _limits);
            }
            CompleteKey(position, status, gasUsed: 0);
        }
        _effects.Add(new Effect.Ended(position, status, reason));
    }

    private void FinishMessage(Handling? message, ReplyStatus status, string text, bool replied)
    {
        RunState run = _host.Run;
        ulong input = message?.Position ?? 0;
        _effects.Add(new Effect.Ended(input, status, text));
        if (message is not null && message.From.IsClient && !replied)
        {
            CompleteKey(input, status, run.GasUsed);
        }
        run.Message = null;
        run.Arrived = [];
        _books.Handled = null;
        _books.ForgetForsaken();
        if (run.Phase == KernelStatus.Idle)
        {
            _books.Calls.Clear();
        }
    }

    /// <summary>Nobody is owed a reply, but a call under the same key may have joined.</summary>
    private void CompleteKey(ulong input, ReplyStatus status, long gasUsed)
    {
        if (_books.Keyed.TryGet(input, out _))
        {
            _effects.Add(new Effect.Answer(input, status, default, gasUsed, Position, Chain));
        }
        _books.CompleteKey(input, status, default, gasUsed, Position, Chain, _limits.IdempotencyKeysMax);
    }

    private void AppendEnded(TurnExit exit, TrapKind trap, string site, ReadOnlyMemory<byte>? reply)
    {
        RunState run = _host.Run;
        LastExit = exit;
        Hash outputHash = reply is { } payload ? Hash.Of(payload.Span) : default;
        _journal.Append(new JournalEntry.Ended(run.TurnInput, exit, trap, site, run.TurnGas, outputHash, run.Effects));
        _effects.AddRange(_host.Output);
        _host.Output.Clear();
    }

    /// <summary>Lets out what the turn sent and emitted.</summary>
    private void Release()
    {
        PendingEffects pending = _host.Pending;
        foreach (Envelope message in pending.Messages)
        {
            // A half-done turn that a fork or a rollback inherited speaks for itself and its new generation.
            Envelope posted = message with { From = Id, FromGeneration = Generation };
            bool call = posted.Kind == MessageKind.Call;
            posted = _books.Post(
                call ? posted with { CallChain = [.. _host.Run.Message?.CallChain ?? [], Id] } : posted);
            if (call)
            {
                _books.Calls.Set(posted.CallId, OpenCall.Waiting(posted.Deadline));
            }
            _effects.Add(new Effect.Send(posted));
        }
        foreach (Envelope cycle in pending.Cycles)
        {
            _books.Calls.Set(cycle.CallId, new OpenCall(ReplyStatus.CallCycle, default, cycle.Gas));
        }
        foreach ((string name, KernelTimer? timer) in pending.Timers)
        {
            if (timer is null)
            {
                _books.Timers.Remove(name);
            }
            else
            {
                _books.Timers.Set(name, timer);
            }
        }
        foreach ((ulong grant, bool made) in pending.Grants)
        {
            if (made)
            {
                _books.Grants.Set(grant, true);
            }
            else
            {
                _books.Grants.Remove(grant);
            }
        }
        _effects.AddRange(pending.Events);
        pending.Clear();
    }

    private void GiveReply(
        Handling message, ReplyStatus status, ReadOnlyMemory<byte> payload, IReadOnlyList<Port> ports, long gasUsed,
        long gasLeft)
    {
        if (message.From.IsClient)
        {
            _effects.Add(new Effect.Answer(message.Position, status, payload, gasUsed, Position, Chain));
            _books.CompleteKey(
                message.Position, status, payload, gasUsed, Position, Chain, _limits.IdempotencyKeysMax);
            return;
        }
        // The rest of the budget goes home with the reply and is the caller's again.
        _effects.Add(new Effect.Send(_books.Post(new Envelope
        {
            Kind = MessageKind.Reply, From = Id, FromGeneration = Generation, To = message.From, Payload = payload,
            Gas = gasLeft, CallId = message.CallId, Status = status, Trace = message.Trace, Ports = ports,
        })));
    }
}
