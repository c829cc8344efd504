namespace Granary.Vms.Nock;

/// <summary>A gate, with the bounds of its machines.</summary>
internal sealed class NockProgram(Noun gate, VmLimits limits) : IVmProgram
{
    /// <summary>Entries by name, the first when none is named.</summary>
    private static readonly (string Name, NockEntry Entry)[] _entries =
    [
        ("text", NockEntry.Text),
        ("kick", NockEntry.Kick),
        ("measure", NockEntry.Measure),
        ("transact", NockEntry.Transact),
        ("wait", NockEntry.Wait),
    ];

    public Noun Gate { get; } = gate;

    public NounBase Nouns { get; } = new(gate);

    public VmLimits Limits { get; } = limits;

    public NockLimits Bounds { get; } = new(limits);

    public IReadOnlyList<string> EntryPoints { get; } = [.. _entries.Select(e => e.Name)];

    public static NockEntry FindEntry(string name) =>
        name.Length == 0 ? _entries[0].Entry : _entries.FirstOrDefault(e => e.Name == name).Entry;

    public IVmContainer Start() => new NockContainer(this, new NockState(Bounds), new NockJob());

    public IVmContainer Restore(ISnapshotSource snapshot)
    {
        (NockState state, NockJob job) = NockSnapshot.Read(Nouns, Bounds, Limits, snapshot);
        return new NockContainer(this, state, job);
    }
}
