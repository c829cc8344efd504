using System.Globalization;
using System.Text;

namespace Granary.Vms.Nock;

/// <summary>One machine: handles a message by kicking its gate, or as a transaction of an executor.</summary>
internal sealed partial class NockContainer(NockProgram program, NockState state, NockJob job) : IVmContainer
{
    private const int NameCharsMax = 64;
    private const int PutsCharsMax = 1_000;
    private const int SiteCharsMax = 100;

    private NockState _state = state;
    private NockJob _job = job;

    public void Enter(VmEntry entry)
    {
        (_state, _job) = (new NockState(program.Bounds), new NockJob { Entry = NockProgram.FindEntry(entry.Name) });
        if (_job.Entry == NockEntry.None)
        {
            _job.Phase = NockPhase.UnknownEntry;
            _job.Payload = Encoding.UTF8.GetBytes(entry.Name[..Math.Min(entry.Name.Length, NameCharsMax)]);
            return;
        }
        _job.Phase = NockPhase.Start;
        _job.Payload = entry.Payload.ToArray();
    }

    public VmExit Run(ref GasMeter gas, IVmHost host)
    {
        while (true)
        {
            VmExit? exit = _job.Phase switch
            {
                NockPhase.Idle => VmExit.Halted.Empty,
                NockPhase.UnknownEntry => Trap(TrapKind.NoSuchEntry, $"entry {Encoding.UTF8.GetString(_job.Payload)}"),
                _ when gas.SliceOver => VmExit.SliceEnded.Instance,
                NockPhase.Start => Start(ref gas),
                NockPhase.Kick => Evaluate(ref gas, host),
                _ => Transact(ref gas, host),
            };
            if (exit is not null)
            {
                if (exit is not (VmExit.SliceEnded or VmExit.Suspended))
                {
                    (_state, _job) = (new NockState(program.Bounds), new NockJob());
                }
                return exit;
            }
        }
    }

    /// <summary>The step that is next; null while nothing is evaluated.</summary>
    public VmStep? Look() => _job.Phase is NockPhase.Kick or NockPhase.Phase1 or NockPhase.Phase2
        ? NockTrace.Look(_state)
        : null;

    public void Save(ISnapshotSink snapshot) => NockSnapshot.Save(program, _state, _job, snapshot);

    /// <summary>Reads the payload and begins; null when that is done.</summary>
    private VmExit? Start(ref GasMeter gas)
    {
        if (!gas.TryCharge(NockGas.PayloadByte * _job.Payload.Length))
        {
            return Trap(TrapKind.OutOfGas, "payload");
        }
        if (_job.Entry == NockEntry.Wait)
        {
            return VmExit.Halted.Empty;
        }
        Noun? sample = null;
        try
        {
            if (_job.Payload.Length > 0)
            {
                sample = _job.Entry == NockEntry.Kick
                    ? NounJam.Cue(_job.Payload)
                    : NounText.Parse(Encoding.UTF8.GetString(_job.Payload).Trim(), words: true);
            }
        }
        catch (NounFormatException wrong)
        {
            return Trap(TrapKind.BadOperand, $"payload at {wrong.Position}: {wrong.Message}");
        }
        _job.Payload = [];
        if (_job.Entry == NockEntry.Transact)
        {
            _job.Transaction.Id = sample ?? Atom.Zero;
            _job.Phase = NockPhase.Join;
            return null;
        }
        _state.Begin(program.Gate, sample is null ? NockKicks.Kick : NockKicks.WithSample(sample));
        _job.Phase = NockPhase.Kick;
        return null;
    }

    private VmExit? Evaluate(ref GasMeter gas, IVmHost host)
    {
        NockStop stop = new NockInterpreter(_state, NockJets.All, ref gas).Run();
        return stop switch
        {
            NockStop.Done => Product(ref gas),
            NockStop.Puts => Puts(ref gas, host),
            NockStop.Scry => Trap(TrapKind.BadOperand, "scry outside of a transaction's second phase"),
            NockStop.SliceEnded => VmExit.SliceEnded.Instance,
            _ => Trap(TrapOf(stop), Site()),
        };
    }

    private VmExit Product(ref GasMeter gas)
    {
        Noun product = _state.Product;
        if (_job.Entry == NockEntry.Measure)
        {
            product = Noun.Tuple(
                Atom.Of((ulong)_state.Meter), Atom.Of((ulong)_state.Nines), Atom.Of((ulong)_state.Scries), product);
        }
        if (_job.Entry != NockEntry.Kick)
        {
            return Text(product, ref gas);
        }
        long work = gas.MessageLeft / NockGas.Noun;
        long before = work;
        byte[]? output = NounJam.Jam(product, ref work);
        gas.Settle((before - Math.Max(0, work)) * NockGas.Noun);
        if (output is null)
        {
            return Trap(TrapKind.OutOfGas, "product");
        }
        return output.Length <= program.Limits.PayloadBytesMax
            ? new VmExit.Halted(output)
            : Trap(TrapKind.LimitExceeded, $"a product of {output.Length} bytes");
    }

    private VmExit Text(Noun product, ref GasMeter gas)
    {
        int charsMax = (int)Math.Min(program.Limits.PayloadBytesMax / 2, gas.MessageLeft / NockGas.TextByte);
        string text = NounText.Print(product, charsMax) + "\n";
        return gas.TryCharge(NockGas.TextByte * text.Length)
            ? new VmExit.Halted(Encoding.UTF8.GetBytes(text))
            : Trap(TrapKind.OutOfGas, "product");
    }

    private VmExit.Trapped? Puts(ref GasMeter gas, IVmHost host)
    {
        string text = NounText.Print(_state.Product, PutsCharsMax) + "\n";
        HostStatus status = host.Print(Encoding.UTF8.GetBytes(text), ref gas);
        if (status != HostStatus.Ok)
        {
            return Trap(status == HostStatus.OutOfGas ? TrapKind.OutOfGas : TrapKind.LimitExceeded, "%puts");
        }
        _state.PutsDone();
        return null;
    }

    /// <summary>What is evaluated where it stopped.</summary>
    private string Site()
    {
        Noun at = _state.Mode == NockMode.Evaluate || _state.Depth == 0
            ? _state.Formula
            : _state.Frames[_state.Depth - 1].Formula.Noun;
        return $"depth {_state.Depth}, {NounText.Print(at, SiteCharsMax)}";
    }

    private static byte[] Utf8(FormattableString text) =>
        Encoding.UTF8.GetBytes(text.ToString(NumberFormatInfo.InvariantInfo));

    private static TrapKind TrapOf(NockStop stop) => stop switch
    {
        NockStop.OutOfGas => TrapKind.OutOfGas,
        NockStop.TooDeep => TrapKind.StackOverflow,
        NockStop.TooLarge => TrapKind.LimitExceeded,
        _ => TrapKind.BadOperand,
    };

    private static VmExit.Trapped Trap(TrapKind kind, string site) => new(kind, new TrapSite(site));
}
