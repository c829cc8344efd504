namespace Granary.Vms.Mova.Tests;

/// <summary>One program under test with its host; runs it in slices, saved and restored between them.</summary>
internal sealed class MovaTestRun
{
    private readonly IVmProgram _program;
    private readonly MovaTestHost _host = new();
    private IVmContainer _container;

    public MovaTestRun(ReadOnlyMemory<byte> code, VmLimits? limits = null, SnapshotBuffer? from = null)
    {
        _program = Engine.Load(code, limits ?? VmLimits.Default);
        _container = from is null ? _program.Start() : _program.Restore(from);
    }

    public static MovaEngine Engine { get; } = new();

    public IVmContainer Container => _container;

    public MovaTestHost Host => _host;

    public long SleptMs { get; private set; }

    public long GasUsed { get; private set; }

    public SnapshotBuffer Save()
    {
        SnapshotBuffer buffer = new();
        _container.Save(buffer);
        return buffer;
    }

    public string StateHex => Convert.ToHexStringLower(Save().Sections["state"]);

    /// <summary>As a migration does it: the machine goes on from its bytes.</summary>
    public void Replace() => _container = _program.Restore(Save());

    public VmExit RunSlice(long sliceGas, long messageGas)
    {
        GasMeter gas = new(sliceGas, messageGas);
        VmExit exit = _container.Run(ref gas, _host);
        GasUsed += gas.Used;
        if (exit is VmExit.Suspended { Request: HostRequest.Sleep sleep })
        {
            SleptMs += sleep.Milliseconds;
        }
        return exit;
    }

    /// <summary>
    /// Runs to the end, a trap or the end of the message's gas, in slices of the sizes given, restored from its bytes
    /// before each but the first.
    /// </summary>
    public VmExit RunInSlices(Func<long> nextSliceGas, long messageGas)
    {
        while (true)
        {
            VmExit exit = RunSlice(nextSliceGas(), messageGas - GasUsed);
            if (exit is not (VmExit.SliceEnded or VmExit.Suspended))
            {
                return exit;
            }
            Replace();
            if (exit is VmExit.Suspended)
            {
                _container.Resume(VmAnswer.Slept.Instance);
            }
        }
    }

    /// <summary>Everything that may not depend on how a run was cut.</summary>
    public string Outcome(VmExit exit)
    {
        string end = exit is VmExit.Trapped trap ? $"{trap.Kind} at {trap.Site}" : exit.GetType().Name;
        return $"{end}; gas {GasUsed}; slept {SleptMs}; state {StateHex}; printed {_host.Printed}";
    }
}
