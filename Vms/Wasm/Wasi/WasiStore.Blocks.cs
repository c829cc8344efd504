namespace Granary.Vms.Wasm;

/// <content>What files hold: blocks, each stored up to its last byte that is not zero; missing ones are zeros.
/// </content>
internal sealed partial class WasiStore
{
    private const int BlockBytes = WasiLimits.BlockBytes;

    /// <summary>Fills a buffer from a file, up to its end; how much.</summary>
    public WasiErrno ReadData(uint number, in WasiInode inode, ulong offset, Span<byte> buffer, out int count)
    {
        count = 0;
        if (offset >= inode.Size)
        {
            return WasiErrno.Success;
        }
        int all = (int)Math.Min((ulong)buffer.Length, inode.Size - offset);
        while (count < all)
        {
            int start = (int)((offset + (ulong)count) % BlockBytes);
            int part = Math.Min(all - count, BlockBytes - start);
            WasiErrno error = ReadBlock(number, (offset + (ulong)count) / BlockBytes, out ReadOnlyMemory<byte> block);
            if (error != WasiErrno.Success)
            {
                return error;
            }
            Span<byte> to = buffer.Slice(count, part);
            to.Clear();
            ReadOnlySpan<byte> from = block.Span[Math.Min(start, block.Length)..];
            from[..Math.Min(from.Length, part)].CopyTo(to);
            count += part;
        }
        return WasiErrno.Success;
    }

    /// <summary>Writes all of it, and makes the file as long as that takes.</summary>
    public WasiErrno WriteData(uint number, ref WasiInode inode, ulong offset, ReadOnlySpan<byte> data)
    {
        WasiErrno error = data.IsEmpty || offset + (ulong)data.Length <= inode.Size
            ? WasiErrno.Success
            : SetSize(number, ref inode, offset + (ulong)data.Length);
        byte[] block = new byte[BlockBytes];
        for (int done = 0; done < data.Length && error == WasiErrno.Success;)
        {
            ulong at = (offset + (ulong)done) / BlockBytes;
            int start = (int)((offset + (ulong)done) % BlockBytes);
            int part = Math.Min(data.Length - done, BlockBytes - start);
            if (part < BlockBytes)
            {
                error = ReadBlock(number, at, out ReadOnlyMemory<byte> before);
                block.AsSpan().Clear();
                before.Span.CopyTo(block);
            }
            if (error == WasiErrno.Success)
            {
                data.Slice(done, part).CopyTo(block.AsSpan(start));
                error = WriteBlock(number, at, block);
            }
            done += part;
        }
        return error;
    }

    /// <summary>Makes a file longer, with zeros, or shorter. The caller writes the record.</summary>
    public WasiErrno SetSize(uint number, ref WasiInode inode, ulong size)
    {
        if (size > WasiLimits.FileBytesMax)
        {
            return WasiErrno.FileTooBig;
        }
        WasiErrno error = ReadSummary(out Summary summary);
        ulong before = inode.Size;
        ulong bytes = summary.Bytes - Math.Min(summary.Bytes, before) + size;
        if (error == WasiErrno.Success && size > before && bytes > WasiLimits.TotalBytesMax)
        {
            return WasiErrno.NoSpace;
        }
        if (error == WasiErrno.Success && size != before)
        {
            error = WriteSummary(summary with { Bytes = bytes });
        }
        if (error == WasiErrno.Success && size < before)
        {
            error = Cut(number, size);
        }
        inode.Size = size;
        return error;
    }

    private WasiErrno Cut(uint number, ulong size)
    {
        ulong keep = (size + BlockBytes - 1) / BlockBytes;
        byte[] prefix = [.. Key('b', number), (byte)'/'];
        byte[] after = keep == 0 ? prefix : Key('b', number, keep - 1);
        while (true)
        {
            WasiErrno found = Next(after, prefix, out ReadOnlyMemory<byte> rest, out _);
            if (found != WasiErrno.Success)
            {
                return found == WasiErrno.NoEntry ? CutBlock(number, size) : found;
            }
            after = [.. prefix, .. rest.Span];
            WasiErrno error = Delete(after);
            if (error != WasiErrno.Success)
            {
                return error;
            }
        }
    }

    /// <summary>Behind the end there are zeros, in case the file grows again.</summary>
    private WasiErrno CutBlock(uint number, ulong size)
    {
        int kept = (int)(size % BlockBytes);
        if (kept == 0)
        {
            return WasiErrno.Success;
        }
        WasiErrno error = ReadBlock(number, size / BlockBytes, out ReadOnlyMemory<byte> block);
        return error == WasiErrno.Success && block.Length > kept
            ? WriteBlock(number, size / BlockBytes, block.Span[..kept])
            : error;
    }

    private WasiErrno ReadBlock(uint number, ulong index, out ReadOnlyMemory<byte> block)
    {
        WasiErrno error = Get(Key('b', number, index), out block);
        if (error == WasiErrno.NoEntry)
        {
            block = default;
            return WasiErrno.Success;
        }
        return error == WasiErrno.Success && block.Length > BlockBytes ? WasiErrno.Broken : error;
    }

    private WasiErrno WriteBlock(uint number, ulong index, ReadOnlySpan<byte> block)
    {
        ReadOnlySpan<byte> trimmed = block.TrimEnd((byte)0);
        return trimmed.IsEmpty ? Delete(Key('b', number, index)) : Put(Key('b', number, index), trimmed);
    }
}
