using Granary.Vms.Wasm;

namespace Granary.Vms.Tests.Wasm;

/// <summary>
/// Runs a message to its end in slices, answering what the machine asks; between slices it may be saved and go on in a
/// machine of another program object of the same code.
/// </summary>
internal sealed class WasmRun
{
    private readonly IVmProgram[] _programs;
    private IVmContainer _machine;
    private int _turn;

    /// <param name="programs">The machine moves from one to the next at every cut.</param>
    public WasmRun(params IVmProgram[] programs)
    {
        _programs = programs;
        _machine = programs[0].Start();
        Host = new TestHost(VmLimits.Default);
        Host.Ports.Add("oracle", "other");
    }

    public TestHost Host { get; }

    public long GasUsed { get; private set; }

    public int Cuts { get; private set; }

    public static IVmProgram Load(string text, bool compiled = false, VmLimits? limits = null) =>
        LoadCode(WasmPrograms.Assemble(text), compiled, limits);

    public static IVmProgram LoadCode(byte[] code, bool compiled = false, VmLimits? limits = null)
    {
        WasmProgram program = (WasmProgram)new WasmEngine().Load(code, limits ?? VmLimits.Default);
        if (compiled)
        {
            WasmCompiler.Compile(program.Functions, [.. program.Module.Functions
                .Select(f => program.Functions.CodeOf(f.Index)).Where(WasmCompiler.CanCompile)]);
        }
        return program;
    }

    public VmExit Send(string entry, byte[] payload, Func<long> slice, long messageGas = 10_000_000)
    {
        _machine.Enter(new VmEntry(entry, payload, "sender"));
        long left = messageGas;
        while (true)
        {
            GasMeter gas = new(slice(), left);
            VmExit exit = _machine.Run(ref gas, Host);
            left = gas.MessageLeft;
            GasUsed += gas.Used;
            switch (exit)
            {
                case VmExit.Suspended suspended:
                    Cut();
                    Answer(suspended.Request);
                    break;
                case VmExit.SliceEnded:
                    break;
                default:
                    return exit;
            }
            Cut();
        }
    }

    public SnapshotBuffer Save()
    {
        SnapshotBuffer saved = new();
        _machine.Save(saved);
        return saved;
    }

    private void Cut()
    {
        if (_programs.Length > 1)
        {
            Cuts++;
            SnapshotBuffer saved = Save();
            _machine = _programs[++_turn % _programs.Length].Restore(saved);
            Assert.True(saved.ContentEquals(Save()), "A restored machine saves other bytes.");
        }
    }

    private void Answer(HostRequest request) => _machine.Resume(request switch
    {
        HostRequest.Sleep => VmAnswer.Slept.Instance,
        HostRequest.Receive => new VmAnswer.Received(new VmEntry("", "more"u8.ToArray(), "other")),
        _ => new VmAnswer.Replied(ReplyStatus.Ok, "answer"u8.ToArray()),
    });
}
