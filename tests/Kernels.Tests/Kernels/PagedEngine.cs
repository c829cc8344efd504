using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>
/// The smallest machine with a large memory and a dirty map. A message is pairs of page and byte; each pair writes the
/// byte to the page, for ten gas; the output is what page 0 begins with.
/// </summary>
internal sealed class PagedEngine : IVmEngine
{
    public const int Pages = 600;

    public EngineId Id { get; } = new("paged", 1);

    public string Summary => "for tests";

    public IReadOnlyList<IVmLanguage> Languages => [];

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits) => new PagedProgram();

    public string Disassemble(ReadOnlyMemory<byte> code) => "";

    public string Describe(ISnapshotSource snapshot) => "";

    private sealed class PagedProgram : IVmProgram
    {
        public IReadOnlyList<string> EntryPoints => [];

        public IVmContainer Start() => new PagedContainer();

        public IVmContainer Restore(ISnapshotSource snapshot)
        {
            if (!snapshot.TryReadSection("work", out ReadOnlyMemory<byte> work)
                || snapshot.GetMemoryBytes("ram") != Pages * SnapshotFormat.PageBytes)
            {
                throw new SnapshotFormatException("Not a paged machine.");
            }
            PagedContainer machine = new() { Work = work };
            snapshot.ReadMemory("ram", machine.Memory);
            return machine;
        }
    }

    private sealed class PagedContainer : IVmContainer
    {
        private readonly ulong[] _dirty = new ulong[(Pages + 63) / 64];

        public byte[] Memory { get; } = new byte[Pages * SnapshotFormat.PageBytes];

        public ReadOnlyMemory<byte> Work { get; set; }

        public void Enter(VmEntry entry) => Work = entry.Payload;

        public void Resume(VmAnswer answer)
        {
        }

        public VmExit Run(ref GasMeter gas, IVmHost host)
        {
            while (Work.Length >= 2)
            {
                if (gas.SliceOver)
                {
                    return VmExit.SliceEnded.Instance;
                }
                if (!gas.TryCharge(10))
                {
                    return new VmExit.Trapped(TrapKind.OutOfGas, new TrapSite("pair"));
                }
                int page = Work.Span[0];
                Memory[page * SnapshotFormat.PageBytes] = Work.Span[1];
                _dirty[page / 64] |= 1UL << (page % 64);
                Work = Work[2..];
            }
            return new VmExit.Halted(Memory.AsMemory(0, 1));
        }

        public void Save(ISnapshotSink snapshot)
        {
            snapshot.WriteSection("work", Work.Span);
            snapshot.WriteMemory("ram", Memory, _dirty);
            Array.Clear(_dirty);
        }
    }
}
