namespace Granary.Kernels.Tests;

/// <summary>
/// What a tree must be like: a sorted dictionary. Keys are hexadecimal text, whose ordinal order is the order of the
/// bytes.
/// </summary>
internal sealed class TreeModel
{
    public SortedDictionary<string, string> Content { get; } = new(StringComparer.Ordinal);

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    public static string Text(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);

    public static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } there ? Text(there) : null;

    public static List<(string Key, string Value)> ContentOf(StateTree tree, string prefix = "") =>
        [.. tree.Range(Bytes(prefix)).Select(entry => (Text(entry.Key), Text(entry.Value)))];

    public List<(string Key, string Value)> Range(string prefix = "") =>
        [.. Content.Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(e => (e.Key, e.Value))];

    public string? Next(string from, bool orEqual) => Content.Keys.FirstOrDefault(key =>
        string.CompareOrdinal(key, from) is var order && (order > 0 || (orEqual && order == 0)));

    public StateTree ToTree() =>
        Content.Aggregate(StateTree.Empty, (tree, entry) => tree.Put(Bytes(entry.Key), Bytes(entry.Value)));

    public TreeModel Copy()
    {
        TreeModel copy = new();
        foreach ((string key, string value) in Content)
        {
            copy.Content[key] = value;
        }
        return copy;
    }

    /// <summary>
    /// Short keys over few bytes, so that keys meet, nest and share beginnings; now and then a long one.
    /// </summary>
    public static string RandomKey(Random random)
    {
        int length = random.Next(10) == 0 ? random.Next(0, 40) : random.Next(0, 4);
        byte[] key = new byte[length];
        for (int i = 0; i < length; i++)
        {
            key[i] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) };
        }
        return Convert.ToHexStringLower(key);
    }

    public static string RandomValue(Random random)
    {
        byte[] value = new byte[random.Next(3) == 0 ? random.Next(40) : random.Next(2)];
        random.NextBytes(value);
        return Convert.ToHexStringLower(value);
    }

    /// <summary>One random change, made to the model and to the tree.</summary>
    public StateTree Change(StateTree tree, Random random)
    {
        string key = RandomKey(random);
        switch (random.Next(20))
        {
            case < 11:
                string value = RandomValue(random);
                Content[key] = value;
                return tree.Put(Bytes(key), Bytes(value));
            case < 19:
                bool isThere = Content.Count > 0 && random.Next(3) > 0;
                key = isThere ? Content.Keys.ElementAt(random.Next(Content.Count)) : key;
                Content.Remove(key);
                return tree.Delete(Bytes(key));
            default:
                if (key.Length == 0 && random.Next(5) > 0)
                {
                    key = "00";
                }
                foreach ((string inside, string _) in Range(key))
                {
                    Content.Remove(inside);
                }
                return tree.DeletePrefix(Bytes(key));
        }
    }
}
