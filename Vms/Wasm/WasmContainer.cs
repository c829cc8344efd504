using System.Globalization;

namespace Granary.Vms.Wasm;

/// <summary>One running machine: messages in, exits out.</summary>
internal sealed class WasmContainer : IVmContainer, IWasmHostCalls
{
    private readonly WasmProgram _program;
    private readonly WasmState _state;
    private readonly WasmSession _session;
    private readonly WasmHostCall _call;
    private readonly WasmTrap _startTrap;
    private long _allowance;

    public WasmContainer(WasmProgram program, WasmState state, WasmSession session, WasmTrap startTrap)
    {
        _program = program;
        _state = state;
        _session = session;
        _startTrap = startTrap;
        _call = new WasmHostCall(state, session, program.Limits);
        state.HostCalls = this;
    }

    public void Enter(VmEntry entry)
    {
        _state.DropFrames();
        _session.Clear();
        if (!_program.TryFindEntry(entry.Name, out _))
        {
            _session.Entry = entry.Name[..Math.Min(entry.Name.Length, _program.Limits.NameBytesMax)];
            _session.Phase = WasmPhase.Refused;
            return;
        }
        _session.Take(Named(entry));
        _session.Stage = _session.Initialized ? WasmStage.Entry : WasmStage.Start;
        _session.Phase = WasmPhase.Running;
        PushStage();
    }

    public unsafe void Resume(VmAnswer answer)
    {
        if (_session.Phase != WasmPhase.Waiting)
        {
            return;
        }
        ulong? result;
        switch (_session.Wait, answer)
        {
            case (WasmWait.Sleep, VmAnswer.Slept):
                result = null;
                break;
            case (WasmWait.Poll, VmAnswer.Slept):
                result = 0;
                break;
            case (WasmWait.Receive, VmAnswer.Received received):
                _session.Take(Named(received.Message));
                result = 0;
                break;
            case (WasmWait.Receive, VmAnswer.TimedOut):
                result = 1;
                break;
            case (WasmWait.Await, VmAnswer.Replied replied):
                _session.Answer = replied.Payload;
                result = (ulong)replied.Status;
                break;
            default:
                return;
        }
        if (result is { } value)
        {
            _state.Slots[_state.TopEnd] = value;
        }
        _session.Wait = WasmWait.None;
        _session.WaitArgument = 0;
        _session.Phase = WasmPhase.Running;
    }

    public VmExit Run(ref GasMeter gas, IVmHost host)
    {
        switch (_session.Phase)
        {
            case WasmPhase.Idle:
                return VmExit.Halted.Empty;
            case WasmPhase.Waiting:
                return new VmExit.Suspended(_session.Request());
            case WasmPhase.Refused:
                return new VmExit.Trapped(TrapKind.NoSuchEntry, new TrapSite($"entry {_session.Entry}"));
        }
        if (_startTrap != WasmTrap.None)
        {
            return new VmExit.Trapped(
                WasmTraps.KindOf(_startTrap), new TrapSite($"segments: {WasmTraps.TextOf(_startTrap)}"));
        }
        _call.Gas = gas;
        _call.Host = host;
        Arm();
        VmExit exit = RunStages();
        gas = _call.Gas;
        return exit;
    }

    public VmStep? Look() => WasmTrace.Look(_state, _session);

    public void Save(ISnapshotSink snapshot) => WasmSnapshot.Write(_state, _session, snapshot);

    public WasmCallResult Call(WasmState state, int import, int slot)
    {
        if (!Settle())
        {
            return _call.Trap(WasmTrap.OutOfGas);
        }
        _call.Begin(slot);
        WasmCallResult result = _program.Imports[import].Call(_call);
        Arm();
        return result;
    }

    /// <remarks>A kernel's machine shares no table: only one that was written from outside gets here.</remarks>
    public WasmCallResult CallForeign(WasmState state, ulong reference, WasmFuncType type, int slot)
    {
        state.SetTrap(WasmTrap.UndefinedElement, state.Top.Code.Function.Index,
            state.Top.Code.Points[state.Top.Point].Offset);
        return WasmCallResult.Trapped;
    }

    /// <summary>An empty name means the first entry, and the program may ask for the name.</summary>
    private VmEntry Named(VmEntry entry) =>
        entry.Name.Length == 0 ? entry with { Name = _program.EntryPoints[0] } : entry;

    /// <summary>Lets the tiers spend what the slice and the message allow.</summary>
    private void Arm()
    {
        _allowance = _call.Gas.Allowance;
        _state.Gas = _allowance;
        _state.GasReserve = _call.Gas.MessageLeft - _allowance;
    }

    /// <summary>Takes what was spent out of the meter; false, and all of it, when the message does not cover it.
    /// </summary>
    private bool Settle()
    {
        long spent = _allowance - _state.Gas;
        bool covered = spent <= _call.Gas.MessageLeft;
        _call.Gas.Settle(Math.Min(spent, _call.Gas.MessageLeft));
        _allowance = _state.Gas;
        return covered;
    }

    private VmExit RunStages()
    {
        while (true)
        {
            WasmRunResult result = _state.FrameCount == 0
                ? WasmRunResult.Returned
                : WasmTiers.Run(_state, 0);
            switch (result)
            {
                case WasmRunResult.Returned when _session.Stage == WasmStage.Entry:
                    return Settle() ? Halt() : OutOfGas();
                case WasmRunResult.Returned:
                    _session.Stage++;
                    _session.Initialized = _session.Stage == WasmStage.Entry;
                    PushStage();
                    break;
                case WasmRunResult.GasSpent:
                    return Settle() ? VmExit.SliceEnded.Instance : OutOfGas();
                case WasmRunResult.Suspended:
                    return Suspend();
                case WasmRunResult.Ended:
                    return Halt();
                default:
                    return Settle() ? Trapped() : OutOfGas();
            }
        }
    }

    /// <summary>The frame of what the stage runs; none when the module has nothing for it.</summary>
    private void PushStage()
    {
        int function = 0;
        bool exists = _session.Stage switch
        {
            WasmStage.Start => (function = _program.Module.StartFunction ?? -1) >= _program.Module.ImportedFuncs,
            WasmStage.Initialize => (function = _program.InitializeFunction ?? -1) >= 0,
            _ => _program.TryFindEntry(_session.Entry, out function),
        };
        if (exists && !_state.TryPush(_program.Functions.CodeOf(function), 0))
        {
            throw new InvalidOperationException("The stack is exhausted by a single frame.");
        }
    }

    private VmExit Halt()
    {
        if (!_call.Reverted && !TryPayCommit(0))
        {
            return OutOfGas();
        }
        ReadOnlyMemory<byte> output = _session.Output;
        bool reverted = _call.Reverted;
        _call.Reverted = false;
        _state.DropFrames();
        _session.Clear();
        return reverted ? new VmExit.Reverted(output) : new VmExit.Halted(output);
    }

    private VmExit Suspend()
    {
        long slots = 0;
        for (int i = 0; i < _state.FrameCount; i++)
        {
            slots += _state.Frames[i].Code.Function.FrameUnits;
        }
        if (!TryPayCommit(GasSchedule.Suspend(slots * WasmGas.SavedSlot)))
        {
            return OutOfGas();
        }
        _session.Phase = WasmPhase.Waiting;
        return new VmExit.Suspended(_session.Request());
    }

    /// <summary>A commit costs what the pages cost that were written to since the one before.</summary>
    private bool TryPayCommit(long price)
    {
        if (!_call.Gas.TryCharge(price + _state.Memory.CountTouched() * WasmGas.TouchedPage))
        {
            return false;
        }
        _state.Memory.Clear(WasmMemory.SinceCommit);
        return true;
    }

    private VmExit.Trapped OutOfGas()
    {
        _call.Gas.Settle(_call.Gas.MessageLeft);
        return new VmExit.Trapped(TrapKind.OutOfGas, Site("out of gas"));
    }

    private VmExit.Trapped Trapped()
    {
        if (_state.Trap == WasmTrap.OutOfGas)
        {
            return OutOfGas();
        }
        string function = _program.Module.FuncNames.TryGetValue(_state.TrapFunction, out string? name)
            ? $"{_state.TrapFunction} ({name})"
            : _state.TrapFunction.ToString(NumberFormatInfo.InvariantInfo);
        string offset = _state.TrapOffset.ToString("x", NumberFormatInfo.InvariantInfo);
        return new VmExit.Trapped(WasmTraps.KindOf(_state.Trap),
            Site($"function {function}, offset 0x{offset}: {WasmTraps.TextOf(_state.Trap)}"));
    }

    private static TrapSite Site(string text) => new(text);
}
