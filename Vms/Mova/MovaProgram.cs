namespace Granary.Vms.Mova;

/// <summary>Decoded code with the limits that its machines obey.</summary>
internal sealed class MovaProgram : IVmProgram
{
    public const string StartEntry = "start";

    public MovaProgram(MovaInstruction[] instructions, VmLimits limits)
    {
        Instructions = instructions;
        StackSlotsMax = SlotsMax(limits);
    }

    public MovaInstruction[] Instructions { get; }

    public int StackSlotsMax { get; }

    public IReadOnlyList<string> EntryPoints { get; } = [StartEntry];

    /// <summary>The most items that a stack may have: one that could not be saved must not come to be.</summary>
    public static int SlotsMax(VmLimits limits)
    {
        long savable = Math.Max(0, (limits.SnapshotBytesMax - MovaState.SizeOf(0)) / sizeof(int));
        return (int)Math.Min(savable, Math.Min(limits.StackSlotsMax, MovaState.StackSlotsMax));
    }

    public IVmContainer Start() => new MovaContainer(this, MovaState.Empty, refusedEntry: null);

    public IVmContainer Restore(ISnapshotSource snapshot)
    {
        MovaState state = MovaSnapshot.ReadState(snapshot);
        return state.Stack.Length <= StackSlotsMax
            ? new MovaContainer(this, state, MovaSnapshot.ReadRefusedEntry(snapshot))
            : throw new SnapshotFormatException(
                $"A stack of {state.Stack.Length} items is over its limit of {StackSlotsMax}.");
    }
}
