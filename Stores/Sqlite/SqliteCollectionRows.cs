using Granary.Kernels;

namespace Granary.Stores;

/// <summary>
/// What a collection writes, on the one connection that writes and under the store's lock: its number, which nodes are
/// stamped with, and what it deletes.
/// </summary>
internal sealed class SqliteCollectionRows
{
    private readonly SqliteConnection _connection;
    private readonly Func<ReadOnlyMemory<byte>, IEnumerable<Hash>> _childLinks;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _finish;
    private readonly SqliteStatement _node;
    private readonly SqliteStatement _stamp;
    private readonly SqliteStatement _deleteNode;
    private readonly SqliteStatement _unusedCode;
    private readonly SqliteStatement _deleteCode;

    public SqliteCollectionRows(
        SqliteConnection connection, Func<ReadOnlyMemory<byte>, IEnumerable<Hash>> childLinks)
    {
        _connection = connection;
        _childLinks = childLinks;
        Number = connection.QueryInt64("SELECT number FROM collection");
        IsUnfinished = connection.QueryInt64("SELECT is_unfinished FROM collection") != 0;
        _begin = connection.Prepare("UPDATE collection SET number = ?1, is_unfinished = 1");
        _finish = connection.Prepare("UPDATE collection SET is_unfinished = 0");
        _node = connection.Prepare("SELECT bytes FROM nodes WHERE hash = ?1");
        _stamp = connection.Prepare("UPDATE nodes SET stamp = ?2 WHERE hash = ?1 AND stamp < ?2");
        _deleteNode = connection.Prepare("DELETE FROM nodes WHERE key = ?1 AND stamp < ?2 RETURNING length(bytes)");
        _unusedCode = connection.Prepare(
            "SELECT hash, length(bytes) FROM code WHERE hash NOT IN (SELECT code FROM kernel_code)");
        _deleteCode = connection.Prepare("DELETE FROM code WHERE hash = ?1");
    }

    /// <summary>Counts collections; nodes that are put are stamped with it.</summary>
    public long Number { get; private set; }

    /// <summary>A collection runs, or the last one was cut off: a stored node may lack nodes below it.</summary>
    public bool IsUnfinished { get; private set; }

    public void Begin()
    {
        long number = Number + 1;
        _connection.InTransaction(() =>
        {
            _begin.Bind(1, number).Run();
            return true;
        });
        (Number, IsUnfinished) = (number, true);
    }

    /// <summary>
    /// Makes sure, in the transaction of a checkpoint that is copied from another one, that all that it shares is there
    /// and stays; gives the node that is not.
    /// </summary>
    /// <remarks>
    /// While no collection is unfinished, what is stored is closed under links, so the topmost shared nodes stand for
    /// all below them and copying stays cheap. Otherwise all of it is looked at and stamped, which the sweep respects.
    /// </remarks>
    public Hash? KeepShared(CheckpointWrite checkpoint)
    {
        HashSet<Hash> seen = [.. checkpoint.Nodes.Select(node => node.Hash)];
        Stack<Hash> open = new(AppendRules.SharedNodes(checkpoint, _childLinks));
        while (open.TryPop(out Hash hash))
        {
            if (!seen.Add(hash))
            {
                continue;
            }
            if (!_node.Bind(1, hash).Step())
            {
                return hash;
            }
            byte[] bytes = IsUnfinished ? _node.Blob(0).ToArray() : [];
            _node.Reset();
            if (IsUnfinished)
            {
                _stamp.Bind(1, hash).Bind(2, Number).Run();
                foreach (Hash child in _childLinks(bytes))
                {
                    open.Push(child);
                }
            }
        }
        return null;
    }

    /// <summary>Deletes those of the nodes that were not stamped since the collection began.</summary>
    public (long Nodes, long Bytes) DeleteNodes(IReadOnlyList<long> keys) => _connection.InTransaction(() =>
    {
        (long nodes, long bytes) = (0, 0);
        foreach (long key in keys)
        {
            _deleteNode.Bind(1, key).Bind(2, Number);
            while (_deleteNode.Step())
            {
                nodes++;
                bytes += _deleteNode.Int64(0);
            }
        }
        return (nodes, bytes);
    });

    /// <summary>Deletes code that no kernel ever ran, except what was put lately, and ends the collection.</summary>
    public (long Code, long Bytes) Finish(IReadOnlySet<Hash> codeInWaiting)
    {
        (long Code, long Bytes) deleted = _connection.InTransaction(() =>
        {
            List<(Hash Hash, long Bytes)> unused = [];
            while (_unusedCode.Step())
            {
                unused.Add((_unusedCode.Hash(0), _unusedCode.Int64(1)));
            }
            unused.RemoveAll(code => codeInWaiting.Contains(code.Hash));
            foreach ((Hash hash, _) in unused)
            {
                _deleteCode.Bind(1, hash).Run();
            }
            _finish.Run();
            return (unused.Count, unused.Sum(code => code.Bytes));
        });
        IsUnfinished = false;
        return deleted;
    }
}
