using System.Text;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

/// <summary>A message for a machine, run in slices, and saved and restored between them when asked.</summary>
internal sealed class NockTestRun(byte[] code, string entry, byte[] payload)
{
    public static readonly NockEngine Engine = new();

    public VmLimits Limits { get; init; } = VmLimits.Default;

    public long MessageGas { get; init; } = 100_000_000;

    public long GasUsed { get; private set; }

    /// <summary>What was saved at each cut, as hex.</summary>
    public List<string> Saved { get; } = [];

    /// <summary>A gate that evaluates a formula on a subject, whatever its sample is.</summary>
    public static byte[] GateOf(Noun subject, Noun formula) => NounJam.Jam(new Cell(
        Noun.Tuple(Atom.Of(2), new Cell(Atom.One, subject), Atom.One, formula), new Cell(Atom.Zero, Atom.Zero)));

    /// <summary>Exit, gas and output as text.</summary>
    public string Run(Func<long>? slice = null, bool restore = false, bool save = false)
    {
        IVmProgram program = Engine.Load(code, Limits);
        IVmContainer machine = program.Start();
        machine.Enter(new VmEntry(entry, payload, ""));
        TestHost host = new(Limits);
        while (true)
        {
            GasMeter gas = new(slice?.Invoke() ?? long.MaxValue, MessageGas - GasUsed);
            VmExit exit = machine.Run(ref gas, host);
            GasUsed += gas.Used;
            if (exit is not VmExit.SliceEnded)
            {
                string output = exit is VmExit.Halted halted ? Convert.ToHexStringLower(halted.Output.Span) : "";
                string printed = string.Concat(host.Prints.Select(Encoding.UTF8.GetString));
                return $"{exit} {output} {GasUsed} {printed}";
            }
            if (restore || save)
            {
                SnapshotBuffer snapshot = new();
                machine.Save(snapshot);
                Saved.Add(string.Join(' ', snapshot.Memories.Select(m => Convert.ToHexStringLower(m.Value))));
                machine = restore ? program.Restore(snapshot) : machine;
            }
        }
    }
}
