namespace Granary.Vms;

/// <summary>The bounds of one machine. Every size that a guest can influence has one.</summary>
public sealed record VmLimits
{
    public static VmLimits Default { get; } = new();

    /// <summary>Code as stored. 4 MiB holds any program of the seeds with room.</summary>
    public int CodeBytesMax { get; init; } = 4 << 20;

    /// <summary>Slots of an operand stack. 65,535 is what Mova's own state format can count.</summary>
    public int StackSlotsMax { get; init; } = 65_535;

    /// <summary>Content of one message or reply.</summary>
    public int PayloadBytesMax { get; init; } = 1 << 20;

    /// <summary>A key of the state tree.</summary>
    public int KeyBytesMax { get; init; } = 1_024;

    /// <summary>A value of the state tree, and a byte string inside a machine.</summary>
    public int ValueBytesMax { get; init; } = 1 << 20;

    /// <summary>A name: entry point, port, topic. ASCII letters, digits and <c>. _ -</c>.</summary>
    public int NameBytesMax { get; init; } = 64;

    /// <summary>One saved machine, all sections and pages together.</summary>
    public long SnapshotBytesMax { get; init; } = 64L << 20;
}
