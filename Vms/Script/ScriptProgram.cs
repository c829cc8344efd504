namespace Granary.Vms.Script;

/// <summary>Decoded code: checked, so that the interpreter need not look again.</summary>
internal sealed class ScriptProgram : IVmProgram
{
    /// <summary>All byte strings of a machine together, so that a saved machine stays small.</summary>
    private const int HeldBytesMaxDefault = 4 << 20;

    public ScriptProgram(ScriptInstruction[] instructions, ScriptValue[] constants, string[] variables,
        ScriptHandler[] handlers, VmLimits limits)
    {
        Instructions = instructions;
        Constants = constants;
        Variables = variables;
        Handlers = handlers;
        Limits = limits;
        EntryPoints = Array.ConvertAll(handlers, h => h.Name);
        HeldBytesMax = (int)Math.Clamp(
            limits.SnapshotBytesMax - ScriptSnapshot.OverheadBytesMax, 0, HeldBytesMaxDefault);
    }

    public ScriptInstruction[] Instructions { get; }

    public ScriptValue[] Constants { get; }

    /// <summary>Names by slot, the predefined ones first.</summary>
    public string[] Variables { get; }

    public ScriptHandler[] Handlers { get; }

    public VmLimits Limits { get; }

    /// <summary>The most bytes that all variables together may hold.</summary>
    public int HeldBytesMax { get; }

    public IReadOnlyList<string> EntryPoints { get; }

    public IVmContainer Start() => new ScriptContainer(this, new ScriptState(this));

    public IVmContainer Restore(ISnapshotSource snapshot) =>
        new ScriptContainer(this, ScriptSnapshot.Restore(snapshot, this));

    /// <summary>Finds the handler of that name; an empty name means the first.</summary>
    public bool TryFindHandler(string name, out ScriptHandler handler)
    {
        foreach (ScriptHandler candidate in Handlers)
        {
            if (name.Length == 0 || candidate.Name == name)
            {
                handler = candidate;
                return true;
            }
        }
        handler = default;
        return false;
    }
}
