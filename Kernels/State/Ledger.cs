namespace Granary.Kernels;

/// <summary>
/// A map that lives in memory and is written to the state tree at checkpoints only: what changes with every message
/// must not cost a tree update each time.
/// </summary>
internal sealed class Ledger<TKey, TValue>(
    string prefix, IComparer<TKey> order, Func<TKey, byte[]> encodeKey, Func<TValue, byte[]> encodeValue)
    where TKey : notnull
{
    private readonly SortedDictionary<TKey, TValue> _items = new(order);

    /// <summary>Keys that the tree does not have as they are here.</summary>
    private readonly SortedSet<TKey> _changed = new(order);

    /// <summary>
    /// Keys that the tree has. One that came and went between two checkpoints is in neither set: a busy kernel must not
    /// remember all of them.
    /// </summary>
    private readonly HashSet<TKey> _stored = [];

    public int Count => _items.Count;

    /// <summary>In the order of the keys.</summary>
    public IReadOnlyDictionary<TKey, TValue> Items => _items;

    public bool TryGet(TKey key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value) =>
        _items.TryGetValue(key, out value);

    public void Set(TKey key, TValue value)
    {
        _items[key] = value;
        _changed.Add(key);
    }

    public bool Remove(TKey key)
    {
        if (!_items.Remove(key))
        {
            return false;
        }
        NoteRemoved(key);
        return true;
    }

    public void Clear()
    {
        foreach (TKey key in _items.Keys)
        {
            NoteRemoved(key);
        }
        _items.Clear();
    }

    /// <summary>The first item; the ledger must not be empty.</summary>
    public KeyValuePair<TKey, TValue> First()
    {
        using SortedDictionary<TKey, TValue>.Enumerator items = _items.GetEnumerator();
        return items.MoveNext() ? items.Current : throw new InvalidOperationException($"Nothing is in {prefix}.");
    }

    /// <summary>The tree with every item that changed since <see cref="MarkWritten"/> brought up to date.</summary>
    public StateTree WriteTo(StateTree tree)
    {
        if (_changed.Count == 0)
        {
            return tree;
        }
        foreach (TKey key in _changed)
        {
            tree = _items.TryGetValue(key, out TValue? value)
                ? tree.Put(encodeKey(key), encodeValue(value))
                : tree.Delete(encodeKey(key));
        }
        return tree;
    }

    /// <summary>What <see cref="WriteTo"/> gave is the kernel's tree now.</summary>
    public void MarkWritten()
    {
        if (_changed.Count == 0)
        {
            return;
        }
        foreach (TKey key in _changed)
        {
            if (_items.ContainsKey(key))
            {
                _stored.Add(key);
            }
            else
            {
                _stored.Remove(key);
            }
        }
        _changed.Clear();
    }

    /// <summary>The tree behind is another now, which has none of this: write everything next time.</summary>
    public void MarkAllChanged()
    {
        _stored.Clear();
        _changed.Clear();
        foreach (TKey key in _items.Keys)
        {
            _changed.Add(key);
        }
    }

    public void ReadFrom(
        StateTree tree, Func<ReadOnlyMemory<byte>, TKey> decodeKey, Func<ReadOnlyMemory<byte>, TValue> decodeValue)
    {
        foreach ((ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) in tree.Range(TreeKeys.Of(prefix)))
        {
            TKey decoded = decodeKey(key[prefix.Length..]);
            _items.Add(decoded, decodeValue(value));
            _stored.Add(decoded);
        }
    }

    private void NoteRemoved(TKey key)
    {
        if (_stored.Contains(key))
        {
            _changed.Add(key);
        }
        else
        {
            _changed.Remove(key);
        }
    }
}
