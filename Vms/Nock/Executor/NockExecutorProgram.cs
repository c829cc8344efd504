namespace Granary.Vms.Nock;

/// <summary>An executor's rules with the bounds of its machine.</summary>
internal sealed class NockExecutorProgram(NockExecutorRules rules, VmLimits limits) : IVmProgram
{
    public NockExecutorRules Rules { get; } = rules;

    public VmLimits Limits { get; } = limits;

    public IReadOnlyList<string> EntryPoints { get; } =
        ["list", "order", "get", "at", "status", "abandon", "join", "declare", "read", "finish"];

    public IVmContainer Start() => new NockExecutorContainer(this, null);

    public IVmContainer Restore(ISnapshotSource snapshot) =>
        new NockExecutorContainer(this, NockExecutorSnapshot.Read(snapshot, Limits));
}
