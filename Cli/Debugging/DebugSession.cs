using System.Globalization;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>A copy of a kernel's machine, run one instruction at a time. The kernel does not notice.</summary>
internal sealed class DebugSession(
    IVmEngine engine, IVmInspector inspector, IVmProgram program, byte[] code, SnapshotBuffer from, VmSymbols symbols)
{
    private readonly IVmContainer _machine = program.Restore(from);

    public DebugHost Host { get; } = new();

    public long Position => inspector.Position(_machine);

    public EngineId Engine => engine.Id;

    /// <summary>Hands the copy a message.</summary>
    public void Enter(VmEntry entry, bool isReceiving)
    {
        if (isReceiving)
        {
            _machine.Resume(new VmAnswer.Received(entry));
        }
        else
        {
            _machine.Enter(entry);
        }
    }

    /// <summary>One instruction; null when the machine can go on.</summary>
    public VmExit? Step()
    {
        // A slice of one gas: an instruction begins while any of it is left.
        GasMeter gas = new(1, GasMeter.Unlimited);
        VmExit exit = _machine.Run(ref gas, Host);
        return exit is VmExit.SliceEnded ? null : exit;
    }

    public SnapshotBuffer Save()
    {
        SnapshotBuffer saved = new();
        _machine.Save(saved);
        return saved;
    }

    /// <summary>The next instruction, with the name of its place when there is one.</summary>
    public string Instruction() => Instruction(Position);

    public string Instruction(long position)
    {
        string name = symbols.Describe(position);
        string text = inspector.Instruction(code, position);
        return name.Length == 0 ? text : $"{text,-32} ; {name}";
    }

    /// <summary>An address: hexadecimal digits, or a name of the symbol file.</summary>
    public long Address(string text)
    {
        if (symbols.Find(text) is { } known)
        {
            return known;
        }
        return long.TryParse(
            text, NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo, out long address) && address >= 0
            ? address
            : throw new UsageException(
                $"'{text}' is no address.", "Use hexadecimal digits, or a name out of the file of --symbols.");
    }

    public string Describe() => engine.Describe(Save());

    /// <summary>What a kernel with this machine would be doing.</summary>
    public static KernelStatus Status(VmExit? exit) => exit switch
    {
        null => KernelStatus.Running,
        VmExit.Suspended { Request: HostRequest.Receive } => KernelStatus.Receiving,
        VmExit.Suspended { Request: HostRequest.Sleep } => KernelStatus.Sleeping,
        VmExit.Suspended { Request: HostRequest.AwaitReply } => KernelStatus.Awaiting,
        _ => KernelStatus.Idle,
    };

    /// <summary>How the machine came to its end or its wait.</summary>
    public static string Describe(VmExit exit) => exit switch
    {
        VmExit.Halted => "The machine has halted.",
        VmExit.Reverted => "The machine has asked to be undone.",
        VmExit.Trapped trap => $"The machine has trapped: {trap.Kind} at {trap.Site}.",
        VmExit.Suspended { Request: HostRequest.Receive } => "The machine waits for a message.",
        VmExit.Suspended suspended => $"The machine waits: {suspended.Request.GetType().Name}.",
        _ => "The machine can go on.",
    };
}
