using System.Buffers.Binary;
using System.Text;
using Granary.Vms.Tests;

namespace Granary.Vms.RiscV.Tests;

/// <summary>One message, handled to its end; perhaps cut into slices and restored between them.</summary>
internal sealed class RiscVMessage
{
    public const string Sender = "someone";

    private readonly RiscVHart _hart;
    private readonly TestHost _host = new(VmLimits.Default);

    public RiscVMessage(
        RiscVEngine engine, byte[] elf, string payload, Action<TestHost>? prepare = null,
        Func<long>? nextSliceGas = null, long messageGas = 1L << 50)
    {
        prepare?.Invoke(_host);
        IVmProgram program = engine.Load(elf, VmLimits.Default);
        RiscVContainer container = (RiscVContainer)program.Start();
        container.Enter(new VmEntry("main", Encoding.UTF8.GetBytes(payload), Sender));
        VmExit exit;
        do
        {
            _hart = container.State.Processes[0].Hart;
            GasMeter gas = new(nextSliceGas?.Invoke() ?? GasMeter.Unlimited, messageGas - GasUsed);
            exit = container.Run(ref gas, _host);
            GasUsed += gas.Used;
            if (exit is VmExit.SliceEnded)
            {
                SnapshotBuffer saved = new();
                container.Save(saved);
                container = (RiscVContainer)program.Restore(saved);
            }
        }
        while (exit is VmExit.SliceEnded);
        Cycles = (long)container.State.Cycles;
        End = exit is VmExit.Trapped trap
            ? $"{trap.Kind} at {trap.Site}"
            : $"exit {RiscVTestRun.ExitCode(exit)}";
    }

    /// <summary>How it ended.</summary>
    public string End { get; }

    public long Cycles { get; }

    public long GasUsed { get; private set; }

    /// <summary>What was printed, in lines.</summary>
    public string Log => string.Concat(_host.Prints.Select(p => Encoding.UTF8.GetString(p))).TrimEnd('\n');

    public string Outcome => $"{End}; {Cycles}; {GasUsed}; {Log}";

    public byte[] Read(int address, int length) => _hart.Memory.Bytes[address..(address + length)];

    public long ReadLong(int address) => BinaryPrimitives.ReadInt64LittleEndian(Read(address, 8));
}
