using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Granary.Vms.Mcs51;

/// <summary>What a contract machine is doing. Saved: numbers never change.</summary>
internal enum Mcs51DacrsPhase : byte
{
    /// <summary>Between messages: nothing is kept but what is in the state tree.</summary>
    Idle = 0,

    /// <summary>A message has come and nothing of it is done.</summary>
    Entered = 1,
    Running = 2,
}

/// <summary>A contract: each message runs it from its beginning; what it keeps, it keeps in the state tree.</summary>
internal sealed class Mcs51DacrsContainer(Mcs51Program program, Mcs51DacrsRun run)
    : Mcs51Container(program, run.State, peripherals: null)
{
    private Mcs51Api? _api;

    public override void Enter(VmEntry entry)
    {
        // It answers from the transaction that it was made for.
        _api = null;
        run.Enter(entry);
    }

    /// <remarks>A contract never waits.</remarks>
    public override void Resume(VmAnswer answer)
    {
    }

    public override void Save(ISnapshotSink snapshot) => Mcs51DacrsSnapshot.Write(snapshot, run);

    protected override long StepsLeft => Math.Max(0, run.Transaction.StepLimit - State.Clock);

    protected override VmExit? Begin() => run.Phase == Mcs51DacrsPhase.Idle ? VmExit.Halted.Empty : null;

    protected override VmExit? BetweenInstructions(ref GasMeter gas, IVmHost host)
    {
        if (run.Phase == Mcs51DacrsPhase.Entered)
        {
            return gas.SliceOver ? VmExit.SliceEnded.Instance : Arrive(ref gas, host);
        }
        bool isAtExit = State.Pc == Mcs51Layout.ExitGate;
        bool isAtApi = State.Pc == Mcs51Layout.ApiGate && !run.IsAnswered;
        bool isSpent = State.Clock >= run.Transaction.StepLimit;
        if (!isAtExit && !isAtApi && !isSpent)
        {
            return null;
        }
        if (gas.SliceOver)
        {
            return VmExit.SliceEnded.Instance;
        }
        if (isAtExit)
        {
            return Finish(ref gas, host);
        }
        if (isAtApi && CallApi(ref gas, host) is { } trap)
        {
            return trap;
        }
        return State.Clock >= run.Transaction.StepLimit
            ? Trap(TrapKind.LimitExceeded, Invariant($"{State.Clock} of {run.Transaction.StepLimit} steps"))
            : null;
    }

    protected override void AfterStep() => run.IsAnswered = false;

    // The message is read, paid for and put into the buffer.
    private VmExit? Arrive(ref GasMeter gas, IVmHost host)
    {
        if (run.Entry is not ("" or Mcs51Program.TransactionEntry or Mcs51Program.SetupEntry))
        {
            return new VmExit.Trapped(TrapKind.NoSuchEntry, new TrapSite($"entry {run.Entry}"));
        }
        if (!gas.TryCharge(Mcs51Gas.Message(run.Payload.Length)))
        {
            return new VmExit.Trapped(TrapKind.OutOfGas, new TrapSite("reading the message"));
        }
        try
        {
            return run.Entry == Mcs51Program.SetupEntry ? SetUp(ref gas, host) : Pay(ref gas, host);
        }
        catch (Mcs51TransactionException e)
        {
            return Revert(e.Message);
        }
    }

    private VmExit SetUp(ref GasMeter gas, IVmHost host)
    {
        if (run.Sender.Length > 0)
        {
            return Revert("Only a client can set up a contract, not another kernel.");
        }
        HostStatus status = Mcs51Setup.Apply(run.Payload.Span, host, ref gas);
        if (status != HostStatus.Ok)
        {
            return Stopped(status, "setup");
        }
        run.Phase = Mcs51DacrsPhase.Idle;
        return VmExit.Halted.Empty;
    }

    private VmExit? Pay(ref GasMeter gas, IVmHost host)
    {
        run.Transaction = Mcs51TransactionText.Parse(run.Payload.Span);
        HostStatus status = host.Get(Mcs51Ledger.SelfKey, ref gas, out ReadOnlyMemory<byte> self);
        if (status is not (HostStatus.Ok or HostStatus.NotFound))
        {
            return Stopped(status, "payment");
        }
        run.Self = self.Length == Mcs51Transaction.AccountBytes
            ? self.ToArray() : new byte[Mcs51Transaction.AccountBytes];
        Mcs51Settled paid = Mcs51Settlement.Pay(run.Transaction, run.Self, host, ref gas);
        if (!paid.IsDone)
        {
            return paid.Refusal is { } why ? Revert(why) : Stopped(paid.Status, "payment");
        }
        run.PowerUp();
        return null;
    }

    private VmExit.Trapped? CallApi(ref GasMeter gas, IVmHost host)
    {
        int method = BinaryPrimitives.ReadUInt16LittleEndian(State.Xdata.AsSpan(Mcs51Layout.ResultWord));
        string site = Invariant($"api {method}");
        if (method >= Mcs51Api.Methods)
        {
            return Trap(TrapKind.BadOperand, site);
        }
        _api ??= new Mcs51Api(run.Transaction, run.Self, run.Books);
        Mcs51ApiResult result = _api.Call(method, State.Xdata, ref gas, host);
        switch (result.Outcome)
        {
            case Mcs51ApiOutcome.Fatal:
                return Trap(TrapKind.LimitExceeded, $"{site}: {Mcs51Operation.CountMax} outputs or more");
            case Mcs51ApiOutcome.OutOfGas:
                return Trap(TrapKind.OutOfGas, site);
            case Mcs51ApiOutcome.LimitExceeded:
                return Trap(TrapKind.LimitExceeded, site);
        }
        Mcs51Request.Answer(State.Xdata, result);
        State.Clock += result.Steps - 1;
        run.IsAnswered = true;
        return null;
    }

    private VmExit Finish(ref GasMeter gas, IVmHost host)
    {
        if (State.Xdata[Mcs51Layout.ResultWord] != 1)
        {
            return Revert(Invariant($"The contract says no, after {State.Clock} steps."));
        }
        // Deleting gives steps back; the chain takes a run of none or fewer for a failed one.
        if (State.Clock <= 0)
        {
            return Revert(Invariant($"The contract has given back all its steps: {State.Clock}."));
        }
        UInt128 fuel = (UInt128)State.Clock * run.Transaction.Rate;
        if (fuel > ulong.MaxValue)
        {
            return Revert("The fuel is more than a number can say.");
        }
        bool mustBalance = Mcs51DacrsEngine.MustBalance(Program.Rom.Span);
        Mcs51Settled settled = Mcs51Settlement.Finish(
            run.Transaction, run.Self, run.Books, mustBalance, host, ref gas);
        if (!settled.IsDone)
        {
            return settled.Refusal is { } why ? Revert(why) : Stopped(settled.Status, "settlement");
        }
        run.Phase = Mcs51DacrsPhase.Idle;
        return new VmExit.Halted(Encoding.ASCII.GetBytes(Receipt(fuel)));
    }

    private string Receipt(UInt128 fuel)
    {
        StringBuilder text = new();
        text.Append(NumberFormatInfo.InvariantInfo, $"steps {State.Clock}\nfuel {fuel}\n");
        foreach (Mcs51Operation operation in Mcs51Settlement.Operations(run.Books))
        {
            string account = operation.IdForm == Mcs51Operation.ByRegId
                ? Convert.ToHexStringLower(operation.Account)
                : Encoding.ASCII.GetString(operation.Account);
            string verb = operation.Op == Mcs51Operation.AddFree ? "add" : "take";
            text.Append(NumberFormatInfo.InvariantInfo, $"{verb} {account} {operation.Money}\n");
        }
        return text.ToString();
    }

    private VmExit.Reverted Revert(string why)
    {
        run.Phase = Mcs51DacrsPhase.Idle;
        return new VmExit.Reverted(Encoding.UTF8.GetBytes(why));
    }

    private VmExit.Trapped Stopped(HostStatus status, string what) =>
        Trap(status == HostStatus.LimitExceeded ? TrapKind.LimitExceeded : TrapKind.OutOfGas, what);

    private static string Invariant(FormattableString text) => text.ToString(NumberFormatInfo.InvariantInfo);
}
