using System.Buffers.Binary;
using System.Text;
using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// Writes a saved machine into a state tree: a section under <c>vm/NAME</c>; a memory's size under <c>vm/NAME#</c> and
/// its pages under that with a number of four bytes. Pages that are all zero have no key; pages that did not change
/// keep theirs.
/// </summary>
internal sealed class MachineTreeSink(StateTree tree) : ISnapshotSink
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>Bytes of all sections and memories written.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// A section is larger than a value of the tree: it was left out, and the machine cannot be saved.
    /// </summary>
    public bool TooLarge { get; private set; }

    public void WriteSection(string name, ReadOnlySpan<byte> content)
    {
        byte[] key = Claim(name, memory: false);
        Bytes += content.Length;
        if (content.Length > StateTree.ValueBytesMax)
        {
            TooLarge = true;
        }
        else if (!tree.TryGet(key, out ReadOnlyMemory<byte> before) || !before.Span.SequenceEqual(content))
        {
            tree = tree.Put(key, content.ToArray());
        }
    }

    public void WriteMemory(string name, ReadOnlySpan<byte> memory, ReadOnlySpan<ulong> dirty)
    {
        byte[] sizeKey = Claim(name, memory: true);
        long sizeBefore = MachineTree.ReadSize(tree, sizeKey);
        byte[] pageKey = new byte[sizeKey.Length + sizeof(uint)];
        sizeKey.CopyTo(pageKey, 0);
        for (int page = 0; page * (long)SnapshotFormat.PageBytes < memory.Length; page++)
        {
            bool mayHaveChanged = dirty.IsEmpty || sizeBefore < 0
                || (page / 64 < dirty.Length && (dirty[page / 64] >> (page % 64) & 1) != 0);
            if (mayHaveChanged)
            {
                int start = page * SnapshotFormat.PageBytes;
                WritePage(pageKey, page, memory[start..Math.Min(start + SnapshotFormat.PageBytes, memory.Length)]);
            }
        }
        for (long page = MachineTree.PageCount(memory.Length); page < MachineTree.PageCount(sizeBefore); page++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(pageKey.AsSpan(sizeKey.Length), (uint)page);
            tree = tree.Delete(pageKey);
        }
        Bytes += memory.Length;
        tree = tree.Put(sizeKey, MachineTree.EncodeSize(memory.Length));
    }

    /// <summary>The tree with the machine, without what an earlier save left and this one did not write.</summary>
    public StateTree Finish()
    {
        // In bytes, for the keys of a tree that came from elsewhere need not be text.
        byte[] cursor = TreeKeys.Of(TreeKeys.Vm);
        bool found = tree.TryNextOrEqual(cursor, out ReadOnlyMemory<byte> key, out _);
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> written =
            _written.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> name = stackalloc char[StateTree.KeyBytesMax];
        while (found && MachineTree.IsMachineKey(key.Span))
        {
            ReadOnlySpan<byte> part = MachineTree.PartOf(key.Span);
            bool memory = part[^1] == MachineTree.MemoryMark;
            int chars = Encoding.Latin1.GetChars(part[TreeKeys.Vm.Length..], name);
            if (!written.Contains(name[..chars]))
            {
                tree = memory ? tree.DeletePrefix(part) : tree.Delete(part);
            }
            if (memory)
            {
                // Past the part: its pages are not walked.
                byte[] past = part.ToArray();
                past[^1]++;
                found = tree.TryNextOrEqual(past, out key, out _);
            }
            else
            {
                found = tree.TryNext(part, out key, out _);
            }
        }
        return tree;
    }

    private void WritePage(byte[] pageKey, int page, ReadOnlySpan<byte> content)
    {
        BinaryPrimitives.WriteUInt32BigEndian(pageKey.AsSpan(pageKey.Length - sizeof(uint)), (uint)page);
        if (content.IndexOfAnyExcept((byte)0) < 0)
        {
            tree = tree.Delete(pageKey);
        }
        else if (!tree.TryGet(pageKey, out ReadOnlyMemory<byte> before) || !before.Span.SequenceEqual(content))
        {
            tree = tree.Put(pageKey.ToArray(), content.ToArray());
        }
    }

    private byte[] Claim(string name, bool memory)
    {
        string part = memory ? name + MachineTree.MemoryMark : name;
        return SnapshotFormat.IsName(name) && _written.Add(part)
            ? TreeKeys.Of(TreeKeys.Vm + part)
            : throw new ArgumentException($"'{name}' is no section name, or is written twice.", nameof(name));
    }
}

/// <summary>Gives back the machine saved in a state tree.</summary>
internal sealed class MachineTreeSource(StateTree tree) : ISnapshotSource
{
    public bool TryReadSection(string name, out ReadOnlyMemory<byte> content) =>
        tree.TryGet(TreeKeys.Of(TreeKeys.Vm + name), out content);

    public long GetMemoryBytes(string name) =>
        MachineTree.ReadSize(tree, TreeKeys.Of(TreeKeys.Vm + name + MachineTree.MemoryMark));

    public void ReadMemory(string name, Span<byte> memory)
    {
        byte[] prefix = TreeKeys.Of(TreeKeys.Vm + name + MachineTree.MemoryMark);
        foreach ((ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> page) in tree.Range(prefix))
        {
            if (key.Length == prefix.Length)
            {
                continue;
            }
            long start = BinaryPrimitives.ReadUInt32BigEndian(key.Span[^sizeof(uint)..])
                * (long)SnapshotFormat.PageBytes;
            // A tree may have come from anywhere: each page once, inside the memory.
            if (key.Length != prefix.Length + sizeof(uint) || start + page.Length > memory.Length
                || page.Length > SnapshotFormat.PageBytes)
            {
                throw new SnapshotFormatException($"Memory '{name}' has a page outside its {memory.Length} bytes.");
            }
            page.Span.CopyTo(memory[(int)start..]);
        }
    }

    /// <summary>True when the tree holds a saved machine.</summary>
    public bool Exists
    {
        get
        {
            byte[] prefix = TreeKeys.Of(TreeKeys.Vm);
            return tree.TryNextOrEqual(prefix, out ReadOnlyMemory<byte> key, out _)
                && MachineTree.IsMachineKey(key.Span);
        }
    }
}

internal static class MachineTree
{
    /// <summary>Ends the name of a memory; no section name holds it.</summary>
    public const char MemoryMark = '#';

    public static bool IsMachineKey(ReadOnlySpan<byte> key) => key.StartsWith("vm/"u8);

    public static long PageCount(long bytes) => (bytes + SnapshotFormat.PageBytes - 1) / SnapshotFormat.PageBytes;

    public static byte[] EncodeSize(long bytes)
    {
        byte[] value = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(value, bytes);
        return value;
    }

    /// <summary>The size of a memory, or -1 when there is none.</summary>
    public static long ReadSize(StateTree tree, byte[] sizeKey)
    {
        if (!tree.TryGet(sizeKey, out ReadOnlyMemory<byte> value))
        {
            return -1;
        }
        long bytes = value.Length == sizeof(long) ? BinaryPrimitives.ReadInt64BigEndian(value.Span) : -1;
        return bytes is >= 0 and <= int.MaxValue
            ? bytes
            : throw new SnapshotFormatException("The size of a memory is not readable.");
    }

    /// <summary>
    /// The key of the section, or of the memory with its mark, that a key under <c>vm/</c> belongs to.
    /// </summary>
    public static ReadOnlySpan<byte> PartOf(ReadOnlySpan<byte> key)
    {
        int mark = key.IndexOf((byte)MemoryMark);
        return mark < 0 ? key : key[..(mark + 1)];
    }
}
