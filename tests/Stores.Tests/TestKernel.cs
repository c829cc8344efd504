using System.Text;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Stores.Tests;

/// <summary>Plays a kernel toward a store: chains entries, numbers them, makes small checkpoints.</summary>
internal sealed class TestKernel(string id)
{
    public static readonly EngineId Engine = new("script", 1);

    private Hash _chain;

    public KernelId Id { get; } = KernelId.Parse(id);

    public ulong Epoch { get; set; } = 1;

    public ulong Position { get; private set; }

    public ulong Generation { get; set; } = 1;

    public Hash CodeHash { get; init; } = Hash.Of("code"u8);

    public KernelSummary Summary { get; set; } = new(KernelStatus.Idle, 1, null, false, 0, 0);

    public JournalRecord Entry(string text) => Entry(Encoding.ASCII.GetBytes(text));

    public JournalRecord Entry(byte[] bytes)
    {
        _chain = JournalRecord.ChainAfter(_chain, bytes);
        return new JournalRecord(++Position, bytes, _chain);
    }

    public KernelAppend Append(params string[] texts) => Append([.. texts.Select(Entry)]);

    public KernelAppend Append(IReadOnlyList<JournalRecord> entries, CheckpointWrite? checkpoint = null) => new()
    {
        Id = Id, Epoch = Epoch, Entries = entries, Checkpoint = checkpoint, Summary = Summary,
    };

    /// <summary>One entry and a checkpoint at it; the last node is the root.</summary>
    public KernelAppend Checkpoint(string? name, bool isHalfDone, params StoredNode[] nodes) =>
        Checkpoint(name, nodes[^1].Hash, isHalfDone ? nodes[^1].Hash : null, nodes);

    public KernelAppend Checkpoint(params StoredNode[] nodes) => Checkpoint(null, isHalfDone: false, nodes);

    public KernelAppend Checkpoint(string? name, Hash root, Hash? workRoot, params StoredNode[] nodes)
    {
        JournalRecord entry = Entry($"checkpoint {Position + 1}");
        long time = 1_000 + (long)entry.Position;
        KernelHead head = new(Id, Generation, entry.Position, entry.Chain, root, workRoot, time);
        return Append([entry], new CheckpointWrite(head, nodes, name));
    }

    public KernelCreation Creation(params StoredNode[] nodes) =>
        new(Engine, CodeHash, 77, Checkpoint(nodes.Length > 0 ? nodes : [TestNodes.Make("root of " + Id)]));

    /// <summary>A creation that brings no node of its own.</summary>
    public KernelCreation CopyOf(Hash root) => new(Engine, CodeHash, 77, Checkpoint(null, root, null));

    public KernelAppend Delete()
    {
        Summary = Summary with { Status = KernelStatus.Deleted };
        return Append("deleted");
    }
}
