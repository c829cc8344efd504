using System.Buffers;
using System.Buffers.Binary;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Embedded;

/// <summary>
/// A kernel in a file: code, checkpoints with their nodes, and the journal. Every part vouches for itself (code and
/// nodes by hash, entries by the chain, checkpoints by the entries that record them), so a damaged part can be named.
/// </summary>
/// <remarks>
/// Format: the 8 bytes <c>GRANARY1</c>, then blocks of [kind: 1 byte][length: 4 bytes, little-endian][content]. First
/// the header, last an empty end block. The header is CBOR [id, engine, code hash, created at, position, chain, [head
/// ...]], a head [generation, position, chain, root, work root or null, time]; the oldest head comes first, the last is
/// the present.
/// </remarks>
internal sealed class Bundle : INodeSource
{
    public const int BlockBytesMax = 80 << 20;
    private const int BlockOverheadBytes = 200;
    private const int HeadsMax = 1_024;
    private static ReadOnlySpan<byte> Magic => "GRANARY1"u8;

    private readonly Dictionary<Hash, ReadOnlyMemory<byte>> _nodes = [];
    private readonly List<JournalRecord> _journal = [];

    private enum Block : byte
    {
        End = 0,
        Header = 1,
        Code = 2,
        Node = 3,
        Entry = 4,
    }

    public required StoredKernel Kernel { get; init; }

    public required IReadOnlyList<KernelHead> Heads { get; init; }

    public ReadOnlyMemory<byte> Code { get; private set; }

    public IReadOnlyList<JournalRecord> Journal => _journal;

    public int NodeCount => _nodes.Count;

    public IEnumerable<StoredNode> Nodes => _nodes.Select(n => new StoredNode(n.Key, n.Value));

    public ReadOnlyMemory<byte> GetNode(in Hash hash) => _nodes.TryGetValue(hash, out ReadOnlyMemory<byte> bytes)
        ? bytes
        : throw new NodeMissingException(hash, "is not in the bundle");

    /// <summary>Writes a bundle and returns its size in bytes.</summary>
    public static async Task<long> WriteAsync(
        Stream output, IKernelStore store, StoredKernel kernel, IReadOnlyList<KernelHead> heads,
            ReadOnlyMemory<byte> code,
        CancellationToken cancellationToken)
    {
        long bytes = Magic.Length;
        await output.WriteAsync(Magic.ToArray(), cancellationToken).ConfigureAwait(false);
        async Task PutAsync(Block kind, ReadOnlyMemory<byte> content)
        {
            byte[] frame = new byte[5];
            frame[0] = (byte)kind;
            BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(1), content.Length);
            await output.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            await output.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            bytes += frame.Length + content.Length;
        }

        await PutAsync(Block.Header, EncodeHeader(kernel, heads)).ConfigureAwait(false);
        await PutAsync(Block.Code, code).ConfigureAwait(false);
        HashSet<Hash> written = [];
        Stack<Hash> waiting = new(heads.SelectMany(h => h.WorkRoot is { } work ? [work, h.Root] : new[] { h.Root }));
        while (waiting.TryPop(out Hash hash))
        {
            if (written.Add(hash))
            {
                ReadOnlyMemory<byte> node = store.GetNode(hash);
                await PutAsync(Block.Node, node).ConfigureAwait(false);
                foreach (Hash child in TreeWalker.ChildLinks(node))
                {
                    waiting.Push(child);
                }
            }
        }
        await foreach (JournalRecord record in store.ReadJournalAsync(kernel.Id, 0, cancellationToken)
            .ConfigureAwait(false))
        {
            if (record.Position > kernel.Position)
            {
                break;
            }
            byte[] content = [.. record.Chain.Span, .. record.Bytes.Span];
            await PutAsync(Block.Entry, content).ConfigureAwait(false);
        }
        await PutAsync(Block.End, default).ConfigureAwait(false);
        return bytes;
    }

    /// <exception cref="KernelHostException">It is no bundle, cut short, or over the limit.</exception>
    public static async Task<Bundle> ReadAsync(Stream input, long bytesMax, CancellationToken cancellationToken)
    {
        try
        {
            byte[] magic = new byte[Magic.Length];
            await input.ReadExactlyAsync(magic, cancellationToken).ConfigureAwait(false);
            if (!magic.AsSpan().SequenceEqual(Magic))
            {
                throw Bad("it does not begin with GRANARY1");
            }
            long bytes = 0;
            (Block kind, byte[] content) = await ReadBlockAsync(input, cancellationToken).ConfigureAwait(false);
            Bundle bundle = kind == Block.Header ? DecodeHeader(content) : throw Bad("it has no header");
            while (true)
            {
                (kind, content) = await ReadBlockAsync(input, cancellationToken).ConfigureAwait(false);
                if (kind == Block.End && content.Length == 0)
                {
                    return bundle;
                }
                // A block costs more in memory than in the file.
                bytes += content.Length + BlockOverheadBytes;
                if (bytes > bytesMax)
                {
                    throw Bad($"it is larger than the {bytesMax} bytes that are read");
                }
                bundle.Take(kind, content);
            }
        }
        catch (EndOfStreamException error)
        {
            throw Bad("it is cut short", error);
        }
        catch (CborException error)
        {
            throw Bad($"its header cannot be read: {error.Message}", error);
        }
    }

    private void Take(Block kind, byte[] content)
    {
        switch (kind)
        {
            case Block.Code:
                Code = content;
                break;
            case Block.Node:
                _nodes.TryAdd(Hash.Of(content), content);
                break;
            case Block.Entry when content.Length > Hash.Bytes:
                _journal.Add(new JournalRecord(
                    (ulong)_journal.Count + 1, content.AsMemory(Hash.Bytes), new Hash(content.AsSpan(0, Hash.Bytes))));
                break;
            default:
                throw Bad($"it has a block of the unknown kind {(byte)kind}, or one too short");
        }
    }

    private static async Task<(Block Kind, byte[] Content)> ReadBlockAsync(
        Stream input, CancellationToken cancellationToken)
    {
        byte[] frame = new byte[5];
        await input.ReadExactlyAsync(frame, cancellationToken).ConfigureAwait(false);
        int length = BinaryPrimitives.ReadInt32LittleEndian(frame.AsSpan(1));
        if (length is < 0 or > BlockBytesMax)
        {
            throw Bad($"it has a block of {length} bytes");
        }
        // What a length promises is taken in pieces: a short file cannot make us allocate much.
        using MemoryStream content = new();
        byte[] piece = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            while (content.Length < length)
            {
                int wanted = (int)Math.Min(piece.Length, length - content.Length);
                await input.ReadExactlyAsync(piece.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                content.Write(piece, 0, wanted);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
        return ((Block)frame[0], content.ToArray());
    }

    private static byte[] EncodeHeader(StoredKernel kernel, IReadOnlyList<KernelHead> heads)
    {
        ArrayBufferWriter<byte> buffer = new();
        CborWriter writer = new(buffer);
        writer.WriteArray(7);
        writer.WriteText(kernel.Id.Value);
        writer.WriteText(kernel.Engine.ToString());
        writer.WriteBytes(kernel.CodeHash.Span);
        writer.WriteInt64(kernel.CreatedAt);
        writer.WriteUInt64(kernel.Position);
        writer.WriteBytes(kernel.Chain.Span);
        writer.WriteArray(heads.Count);
        foreach (KernelHead head in heads)
        {
            writer.WriteArray(6);
            writer.WriteUInt64(head.Generation);
            writer.WriteUInt64(head.Position);
            writer.WriteBytes(head.Chain.Span);
            writer.WriteBytes(head.Root.Span);
            if (head.WorkRoot is { } work)
            {
                writer.WriteBytes(work.Span);
            }
            else
            {
                writer.WriteNull();
            }
            writer.WriteInt64(head.Time);
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static Bundle DecodeHeader(byte[] content)
    {
        CborReader reader = new(content);
        if (reader.ReadArray() != 7)
        {
            throw Bad("its header has another version");
        }
        if (!KernelId.TryParse(reader.ReadText(KernelId.CharsMax), out KernelId id)
            || !EngineId.TryParse(reader.ReadText(KernelId.CharsMax), out EngineId engine))
        {
            throw Bad("its header names no kernel or no engine");
        }
        Hash codeHash = ReadHash(ref reader);
        long createdAt = reader.ReadInt64();
        ulong position = reader.ReadUInt64();
        Hash chain = ReadHash(ref reader);
        int count = reader.ReadArray();
        if (count is < 1 or > HeadsMax)
        {
            throw Bad($"it has {count} checkpoints");
        }
        List<KernelHead> heads = new(count);
        for (int i = 0; i < count; i++)
        {
            if (reader.ReadArray() != 6)
            {
                throw Bad("one of its checkpoints cannot be read");
            }
            heads.Add(new KernelHead(
                id, reader.ReadUInt64(), reader.ReadUInt64(), ReadHash(ref reader), ReadHash(ref reader),
                reader.TryReadNull() ? null : ReadHash(ref reader), reader.ReadInt64()));
        }
        reader.ExpectEnd();
        KernelSummary summary = new(KernelStatus.Idle, heads[^1].Generation, null, false, 0, 0);
        StoredKernel kernel = new(id, engine, codeHash, createdAt, position, chain, summary);
        return new Bundle { Kernel = kernel, Heads = heads };
    }

    private static Hash ReadHash(ref CborReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytes(Hash.Bytes);
        return bytes.Length == Hash.Bytes ? new Hash(bytes) : throw Bad("its header has a hash that is cut short");
    }

    public static KernelHostException Bad(string reason, Exception? inner = null) => new(
        KernelHostError.BadBundle, $"The bundle cannot be used: {reason}.",
        "Export it again, or see with 'granary verify FILE' what is wrong.", inner);
}
