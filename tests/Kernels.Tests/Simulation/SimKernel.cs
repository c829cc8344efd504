namespace Granary.Kernels.Tests;

/// <summary>A kernel on a machine that can lose its memory: what is durable is kept apart from what is not.</summary>
internal sealed class SimKernel
{
    private readonly TestPrograms _programs;
    private readonly MemoryNodes _nodes;
    private readonly List<JournalRecord> _journal = [];
    private KernelHead _head;

    public SimKernel(TestPrograms programs, MemoryNodes nodes, KernelBirth birth)
    {
        (_programs, _nodes) = (programs, nodes);
        Kernel = Kernel.Create(birth, programs, nodes, TestKernel.Start);
        _head = null!;
        Checkpoint(TestKernel.Start);
    }

    public Kernel Kernel { get; private set; }

    public int Crashes { get; private set; }

    /// <summary>Makes entries durable; gives the effects, which may be performed now, or get lost in a crash.</summary>
    public IReadOnlyList<Effect> Commit()
    {
        Turn turn = Kernel.Drain();
        _journal.AddRange(turn.Entries);
        return turn.Effects;
    }

    /// <summary>Head, nodes and entries become durable in one transaction.</summary>
    public IReadOnlyList<Effect> Checkpoint(long time)
    {
        KernelCheckpoint checkpoint = Kernel.Checkpoint(time);
        foreach (StoredNode node in checkpoint.Nodes)
        {
            _nodes.PutNode(node.Hash, node.Bytes);
        }
        _head = checkpoint.Head;
        return Commit();
    }

    /// <summary>Forgets all that is not durable and recovers.</summary>
    public void Crash()
    {
        Crashes++;
        Kernel = Kernel.Restore(_head, _programs, _nodes);
        KernelReplay replay = new(Kernel);
        foreach (JournalRecord record in _journal.Where(r => r.Position > _head.Position))
        {
            replay.Apply(record);
        }
        replay.Finish();
        Assert.Equal(_journal[^1].Chain, Kernel.Chain);
    }
}
