using System.Text;

namespace Granary.Vms.Tests.Primea;

/// <summary>A kernel with a world in it: messages go in, answers come out, in slices of any size.</summary>
internal sealed class PrimeaKernel
{
    private static readonly IVmEngine Engine = BuiltInEngines.All.FindNewest("primea")!;

    private readonly IVmProgram _program;
    private readonly VmLimits _limits;
    private IVmContainer _machine;

    public PrimeaKernel(string world, VmLimits? limits = null)
    {
        _limits = limits ?? VmLimits.Default;
        _program = Engine.Load(Engine.Languages[0].Compile(world, _limits), _limits);
        _machine = _program.Start();
        Host = new TestHost(_limits);
    }

    public TestHost Host { get; }

    /// <summary>Gas of a slice, after which the machine is saved and restored. Null: it runs as a whole.</summary>
    public long? SliceGas { get; set; }

    public long GasUsed { get; private set; }

    public long MessageGas { get; set; } = GasMeter.Unlimited;

    public int SliceCount { get; private set; }

    /// <summary>Runs a message to its end; a trap undoes what it did, as in a kernel.</summary>
    public VmExit Send(string entry, ReadOnlyMemory<byte> payload)
    {
        SortedDictionary<byte[], byte[]> before = new(Host.Data, BytewiseComparer.Instance);
        _machine.Enter(new VmEntry(entry, payload, ""));
        long left = MessageGas;
        while (true)
        {
            GasMeter gas = new(SliceGas ?? long.MaxValue, left);
            VmExit exit = _machine.Run(ref gas, Host);
            GasUsed += gas.Used;
            left = gas.MessageLeft;
            SliceCount++;
            switch (exit)
            {
                case VmExit.SliceEnded:
                    SaveAndRestore();
                    continue;
                case VmExit.Trapped:
                    Host.Data.Clear();
                    foreach ((byte[] key, byte[] value) in before)
                    {
                        Host.Data.Add(key, value);
                    }
                    _machine = _program.Start();
                    return exit;
                default:
                    SaveAndRestore();
                    return exit;
            }
        }
    }

    public byte[] Call(string entry, string payload) => Send(entry, Encoding.UTF8.GetBytes(payload)) switch
    {
        VmExit.Halted halted => halted.Output.ToArray(),
        VmExit.Trapped trapped => throw new InvalidOperationException($"{trapped.Kind}: {trapped.Site}"),
        VmExit other => throw new InvalidOperationException(other.ToString()),
    };

    public string CallText(string entry, string payload) => Encoding.UTF8.GetString(Call(entry, payload));

    public string Root() => Convert.ToHexStringLower(Call("root", ""));

    public (TrapKind Kind, string Site) Trap(string entry, string payload)
    {
        VmExit.Trapped trapped = Assert.IsType<VmExit.Trapped>(Send(entry, Encoding.UTF8.GetBytes(payload)));
        return (trapped.Kind, trapped.Site.Text);
    }

    /// <summary>The snapshot of the machine as it stands.</summary>
    public SnapshotBuffer Save()
    {
        SnapshotBuffer snapshot = new();
        _machine.Save(snapshot);
        return snapshot;
    }

    private void SaveAndRestore()
    {
        SnapshotBuffer snapshot = Save();
        _machine = _program.Restore(snapshot);
        Assert.True(snapshot.ContentEquals(Save()), "A restored machine must save the same bytes.");
    }
}
