namespace Granary.Vms.Nock;

/// <summary>A transaction as the executor knows it.</summary>
internal sealed class NockOrder
{
    public required Noun Id { get; init; }

    public NockOrderState State { get; set; }

    /// <summary>The kernel that runs it, as a cord; 0 for none.</summary>
    public Noun Kernel { get; set; } = Atom.Zero;

    public Noun Reads { get; set; } = Atom.Zero;

    public Noun Writes { get; set; } = Atom.Zero;

    /// <summary>Why it failed, as a cord.</summary>
    public Noun Reason { get; set; } = Atom.Zero;

    public Noun Meter1 { get; set; } = Atom.Zero;

    public Noun Meter2 { get; set; } = Atom.Zero;

    public bool IsOver => State >= NockOrderState.Done;

    public Noun ToNoun() => Noun.Tuple(
        Id, Atom.Of((ulong)State), Kernel, Reads, Writes, Reason, Meter1, Meter2);

    public static NockOrder FromNoun(Noun noun)
    {
        Noun[] parts = new Noun[8];
        for (int i = 0; i < 7; i++)
        {
            Cell cell = (Cell)noun;
            (parts[i], noun) = (cell.Head, cell.Tail);
        }
        return new NockOrder
        {
            Id = parts[0], State = (NockOrderState)((Atom)parts[1]).Low, Kernel = parts[2], Reads = parts[3],
            Writes = parts[4], Reason = parts[5], Meter1 = parts[6], Meter2 = noun,
        };
    }
}
