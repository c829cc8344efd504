using System.Text;

namespace Granary.Vms.Nock;

/// <summary>
/// A transaction: joins its executor, says what it reads and writes (phase 1), computes what it puts (phase 2), and
/// hands that in. Whatever goes wrong in its code, the executor is told, so that later transactions go on.
/// </summary>
internal sealed partial class NockContainer
{
    private const string ExecutorPort = "executor";
    private const string OwnPort = "me";
    private const string AheadPort = "ahead";

    /// <summary>Kept for telling the executor how it ended, whatever the code spends.</summary>
    private const long GasKept = 1_000_000;

    private const long NapFirst = 5;
    private const int NapDoublesMax = 8;

    public void Resume(VmAnswer answer)
    {
        switch (answer)
        {
            case VmAnswer.Replied replied when _job.CallId != 0:
                (_job.CallId, _job.Reply, _job.Payload) = (0, 1 + (long)replied.Status, replied.Payload.ToArray());
                break;
            case VmAnswer.Slept when _job.Nap != 0:
                _job.Nap = 0;
                break;
        }
    }

    /// <summary>One step; null to go on.</summary>
    private VmExit? Transact(ref GasMeter gas, IVmHost host)
    {
        if (_job.CallId != 0)
        {
            return new VmExit.Suspended(new HostRequest.AwaitReply(_job.CallId));
        }
        if (_job.Nap != 0)
        {
            return new VmExit.Suspended(new HostRequest.Sleep(_job.Nap));
        }
        if (_job.Phase is NockPhase.Phase1 or NockPhase.Phase2)
        {
            return RunPhase(ref gas, host);
        }
        if (_job.Phase == NockPhase.Ended)
        {
            return Ended();
        }
        return _job.Reply == 0 ? Ask(ref gas, host) : Take(ref gas, host);
    }

    /// <summary>Calls the executor, or the transaction that is waited for.</summary>
    private VmExit? Ask(ref GasMeter gas, IVmHost host)
    {
        NockTransaction own = _job.Transaction;
        Atom place = Atom.Of((ulong)Math.Max(0, own.Order));
        (string port, string entry, Noun question) = _job.Phase switch
        {
            NockPhase.Join => (ExecutorPort, "join", own.Id),
            NockPhase.Declare => (ExecutorPort, "declare", Noun.Tuple(place, own.Reads, own.Writes)),
            NockPhase.Read => (ExecutorPort, "read", new Cell(place, own.Data)),
            NockPhase.Behind => (AheadPort, "wait", Atom.Zero),
            _ => (ExecutorPort, "finish", Noun.Tuple(
                place, Atom.Of(IsFailed ? 1u : 0u), IsFailed ? own.Reason : own.Data, Atom.Of((ulong)own.Meter1),
                Atom.Of((ulong)own.Meter2))),
        };
        byte[] payload = _job.Phase == NockPhase.Behind ? [] : NounJam.Jam(question);
        if (payload.Length > program.Limits.PayloadBytesMax)
        {
            if (_job.Phase == NockPhase.Finish && !IsFailed)
            {
                own.Reason = Atom.FromText("too-large");
                return null;
            }
            return Trap(TrapKind.LimitExceeded, $"a message of {payload.Length} bytes to the executor");
        }
        string[] ports = [];
        if (_job.Phase == NockPhase.Join)
        {
            ports = [OwnPort];
            if (host.OpenPort(OwnPort, ref gas) == HostStatus.OutOfGas)
            {
                return Trap(TrapKind.OutOfGas, entry);
            }
        }
        long suspend = GasSchedule.Suspend(NockSnapshot.Bytes(program, _state, _job));
        long spare = gas.MessageLeft - suspend - GasSchedule.Send(payload.Length) - GasSchedule.Attach(OwnPort.Length);
        VmMessage message = new(port, entry, payload, Math.Max(0, spare / 2)) { Ports = ports };
        HostStatus status = host.Call(message, ref gas, out ulong call);
        if (status == HostStatus.NoSuchPort)
        {
            return port == AheadPort ? Behind(ReplyStatus.NoSuchKernel, ref gas, host)
                : new VmExit.Reverted(Utf8($"a transaction needs a port '{ExecutorPort}' to its executor\n"));
        }
        if (status != HostStatus.Ok || !gas.TryCharge(suspend))
        {
            return Trap(status == HostStatus.LimitExceeded ? TrapKind.LimitExceeded : TrapKind.OutOfGas, entry);
        }
        _job.CallId = call;
        return new VmExit.Suspended(new HostRequest.AwaitReply(call));
    }

    /// <summary>Goes on with the reply that came.</summary>
    private VmExit? Take(ref GasMeter gas, IVmHost host)
    {
        ReplyStatus status = (ReplyStatus)(_job.Reply - 1);
        byte[] payload = _job.Payload;
        (_job.Reply, _job.Payload) = (0, []);
        if (_job.Phase == NockPhase.Behind)
        {
            return Behind(status, ref gas, host);
        }
        if (status is ReplyStatus.Refused or ReplyStatus.TimedOut)
        {
            return Nap(ref gas);
        }
        if (status != ReplyStatus.Ok)
        {
            return new VmExit.Reverted(Utf8($"the executor answered {status}: {Encoding.UTF8.GetString(payload)}\n"));
        }
        if (!gas.TryCharge(NockGas.PayloadByte * payload.Length))
        {
            return Trap(TrapKind.OutOfGas, "reply");
        }
        Noun noun;
        try
        {
            noun = NounJam.Cue(payload);
        }
        catch (NounFormatException)
        {
            return new VmExit.Reverted(Utf8($"the executor's answer is no noun\n"));
        }
        if (noun is not Cell { Head: Atom { IsSmall: true } kind, Tail: var rest })
        {
            return new VmExit.Reverted(Utf8($"the executor's answer is not understood\n"));
        }
        if (kind.Low == 2)
        {
            string why = Encoding.UTF8.GetString((rest as Atom)?.ToBytes() ?? []);
            return new VmExit.Reverted(Utf8($"refused: {why}\n"));
        }
        return Take(kind.Low, rest, ref gas, host);
    }

    private VmExit? Take(ulong kind, Noun rest, ref GasMeter gas, IVmHost host)
    {
        NockTransaction own = _job.Transaction;
        switch (_job.Phase)
        {
            case NockPhase.Join:
                if (kind != 0)
                {
                    return Nap(ref gas);
                }
                if (rest is not Cell
                    {
                        Head: Atom { BitLength: <= 62 } place, Tail: Cell { Head: Atom id, Tail: Atom rules },
                    })
                {
                    return new VmExit.Reverted(Utf8($"the executor's answer is not understood\n"));
                }
                (own.Order, own.Id, own.V030) = ((long)place.Low, id, rules.Low == 1);
                BeginPhase1();
                return null;
            case NockPhase.Declare:
                BeginPhase2();
                return null;
            case NockPhase.Read when kind == 0:
                _state.Answer(rest);
                _state.Allocated += NounCensus.Of(rest);
                own.Data = Atom.Zero;
                _job.Naps = 0;
                _job.Phase = NockPhase.Phase2;
                return null;
            case NockPhase.Read when kind == 3:
                return FollowAhead(rest, ref gas, host);
            case NockPhase.Read:
                Fail("absent");
                return null;
            default:
                own.Reason = kind == 0 ? Atom.Zero : rest;
                _job.Phase = NockPhase.Ended;
                return null;
        }
    }

    /// <summary>The executor has named a transaction to wait for: its kernel answers when it has ended.</summary>
    /// <remarks>One that answered although it is still open has trapped: it is waited for by sleeping.</remarks>
    private VmExit? FollowAhead(Noun place, ref GasMeter gas, IVmHost host)
    {
        long ahead = place is Atom { BitLength: <= 62 } atom ? (long)atom.Low + 1 : 0;
        if (ahead == _job.Ahead)
        {
            _job.Ahead = 0;
            return Nap(ref gas);
        }
        _job.Ahead = ahead;
        HostStatus status = host.Arrived(ref gas, out int ports, out _);
        if (status == HostStatus.Ok && ports > 0)
        {
            status = host.BindPort(AheadPort, 0, ref gas);
            if (status == HostStatus.Ok)
            {
                _job.Phase = NockPhase.Behind;
                return null;
            }
        }
        return status == HostStatus.OutOfGas ? Trap(TrapKind.OutOfGas, "read") : Nap(ref gas);
    }

    /// <summary>The transaction that was waited for has ended, or cannot be waited for: the executor knows.</summary>
    private VmExit? Behind(ReplyStatus status, ref GasMeter gas, IVmHost host)
    {
        _job.Phase = NockPhase.Read;
        if (host.UnbindPort(AheadPort, ref gas) == HostStatus.OutOfGas)
        {
            return Trap(TrapKind.OutOfGas, "wait");
        }
        return status == ReplyStatus.Ok ? null : Nap(ref gas);
    }

    /// <summary>Asks again later: after 5 ms, then twice as long each time, up to about a second.</summary>
    private VmExit Nap(ref GasMeter gas)
    {
        _job.Nap = NapFirst << (int)Math.Min(_job.Naps, NapDoublesMax);
        _job.Naps++;
        return gas.TryCharge(GasSchedule.Suspend(NockSnapshot.Bytes(program, _state, _job)))
            ? new VmExit.Suspended(new HostRequest.Sleep(_job.Nap))
            : Trap(TrapKind.OutOfGas, "sleep");
    }

    private VmExit.Halted Ended()
    {
        NockTransaction own = _job.Transaction;
        string end = IsFailed
            ? $"failed ({Encoding.UTF8.GetString((own.Reason as Atom)?.ToBytes() ?? [])})"
            : "ok";
        return new VmExit.Halted(Utf8(
            $"{own.Order + 1}: id {NounText.Print(own.Id, 100)}, {end}, meter {own.Meter1} + {own.Meter2}\n"));
    }

    private bool IsFailed => _job.Transaction.Reason is not Atom { BitLength: 0 };
}
