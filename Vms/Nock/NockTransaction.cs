namespace Granary.Vms.Nock;

/// <summary>A transaction as its own kernel knows it.</summary>
internal sealed class NockTransaction
{
    /// <summary>The id by which the executor orders it; 0 until the executor has given one.</summary>
    public Noun Id = Atom.Zero;

    /// <summary>Keyspaces, as the first phase declared them.</summary>
    public Noun Reads = Atom.Zero;

    public Noun Writes = Atom.Zero;

    /// <summary>What the second phase evaluates.</summary>
    public Noun Second = Atom.Zero;

    /// <summary>The key being read; then what is put, a list of pairs.</summary>
    public Noun Data = Atom.Zero;

    /// <summary>Why it failed, as a cord; 0 while it has not.</summary>
    public Noun Reason = Atom.Zero;

    /// <summary>Its place in the order, from 0.</summary>
    public long Order = -1;

    /// <summary>The rules of Anoma v0.30 instead of the declared keyspaces.</summary>
    public bool V030;

    /// <summary>In the second phase of the rules of v0.30: the order id has been put into the gate.</summary>
    public bool IdPlaced;

    /// <summary>The meter of the first phase, and of the second when it has ended.</summary>
    public long Meter1;

    public long Meter2;
}
