using System.Buffers;
using System.Buffers.Binary;
using Granary.Kernels;

namespace Granary.Client;

/// <summary>
/// Copies a bundle as it comes, reads from its header what it is, and sees that it is whole: <c>GRANARY1</c>, then
/// blocks of [kind: 1 byte][length: 4 bytes, little-endian][content], first the header, last an empty end block.
/// </summary>
internal sealed class BundleCopy
{
    private const int BlockBytesMax = 80 << 20;
    private const int HeaderBytesMax = 1 << 20;
    private const int HeadsMax = 1_024;
    private const int FrameBytes = 5;
    private const byte End = 0;
    private const byte Header = 1;

    private readonly Stream _input;
    private readonly Stream _output;
    private long _bytes;

    private BundleCopy(Stream input, Stream output) => (_input, _output) = (input, output);

    private static ReadOnlySpan<byte> Magic => "GRANARY1"u8;

    /// <exception cref="KernelHostException">It is no bundle, or it is cut short.</exception>
    public static async Task<BundleInfo> CopyAsync(Stream input, Stream output, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            return await new BundleCopy(input, output).CopyAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (EndOfStreamException)
        {
            throw NodeErrors.Bad("the bundle is cut short");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<BundleInfo> CopyAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        await TakeAsync(buffer, Magic.Length, cancellationToken).ConfigureAwait(false);
        if (!buffer.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            throw NodeErrors.Bad("the bundle does not begin with GRANARY1");
        }
        (byte kind, int length) = await TakeFrameAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (kind != Header || length > HeaderBytesMax)
        {
            throw NodeErrors.Bad("the bundle has no header");
        }
        byte[] header = new byte[length];
        await TakeAsync(header, length, cancellationToken).ConfigureAwait(false);
        BundleInfo info = ReadHeader(header);
        while (kind != End)
        {
            (kind, length) = await TakeFrameAsync(buffer, cancellationToken).ConfigureAwait(false);
            while (length > 0)
            {
                int piece = Math.Min(length, buffer.Length);
                await TakeAsync(buffer, piece, cancellationToken).ConfigureAwait(false);
                length -= piece;
            }
        }
        // What follows the end is not passed on; it must not keep us either.
        return info with { Bytes = _bytes };
    }

    private async Task<(byte Kind, int Length)> TakeFrameAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        await TakeAsync(buffer, FrameBytes, cancellationToken).ConfigureAwait(false);
        int length = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(1));
        bool isFit = length is >= 0 and <= BlockBytesMax && (buffer[0] != End || length == 0);
        return isFit ? (buffer[0], length) : throw NodeErrors.Bad($"the bundle has a block of {length} bytes");
    }

    private async Task TakeAsync(byte[] buffer, int count, CancellationToken cancellationToken)
    {
        await _input.ReadExactlyAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        await _output.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        _bytes += count;
    }

    private static BundleInfo ReadHeader(ReadOnlySpan<byte> header)
    {
        try
        {
            CborReader reader = new(header);
            reader.ReadArray();
            if (!KernelId.TryParse(reader.ReadText(KernelId.CharsMax), out KernelId id))
            {
                throw NodeErrors.Bad("the bundle names no kernel");
            }
            reader.ReadText(KernelId.CharsMax);
            reader.ReadBytes(Hash.Bytes);
            reader.ReadInt64();
            ulong position = reader.ReadUInt64();
            Hash chain = new(reader.ReadBytes(Hash.Bytes));
            return new BundleInfo(id, position, ReadLastRoot(ref reader), chain, 0);
        }
        catch (CborException e)
        {
            throw NodeErrors.Bad($"the bundle's header cannot be read ({e.Message})");
        }
    }

    // Each head is [generation, position, chain, root, work root or null, time]; the last is the present.
    private static Hash ReadLastRoot(ref CborReader reader)
    {
        int count = reader.ReadArray();
        if (count is < 1 or > HeadsMax)
        {
            throw NodeErrors.Bad($"the bundle has {count} checkpoints");
        }
        Hash root = default;
        for (int i = 0; i < count; i++)
        {
            reader.ReadArray();
            reader.ReadUInt64();
            reader.ReadUInt64();
            reader.ReadBytes(Hash.Bytes);
            root = new Hash(reader.ReadBytes(Hash.Bytes));
            if (!reader.TryReadNull())
            {
                reader.ReadBytes(Hash.Bytes);
            }
            reader.ReadInt64();
        }
        return root;
    }
}
