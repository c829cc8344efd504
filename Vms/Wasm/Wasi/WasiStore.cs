using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Granary.Vms.Wasm;

/// <summary>
/// The file system of a kernel, in its state tree under the keys <c>wasi/...</c> (README.md): so it is saved, undone
/// and moved with the rest of the state, and a changed block is one changed value.
/// </summary>
/// <remarks>The program can write to the same keys: what is no record of ours is <see cref="WasiErrno.Broken"/>.
/// </remarks>
internal sealed partial class WasiStore(WasmHostCall call)
{
    public static readonly byte[] PreopensKey = "wasi/dirs"u8.ToArray();

    private static readonly byte[] _summaryKey = "wasi/s"u8.ToArray();

    /// <summary>Reads a value; <see cref="WasiErrno.NoEntry"/> when there is none.</summary>
    public WasiErrno Get(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value) =>
        Tell(call.Host.Get(key, ref call.Gas, out value));

    private WasiErrno Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Tell(call.Host.Put(key, value, ref call.Gas));

    /// <remarks>What is not there is no error.</remarks>
    private WasiErrno Delete(ReadOnlySpan<byte> key)
    {
        WasiErrno error = Tell(call.Host.Delete(key, ref call.Gas));
        return error == WasiErrno.NoEntry ? WasiErrno.Success : error;
    }

    /// <summary>The first key above another that begins with <paramref name="prefix"/>.</summary>
    private WasiErrno Next(ReadOnlySpan<byte> after, ReadOnlySpan<byte> prefix, out ReadOnlyMemory<byte> rest,
        out ReadOnlyMemory<byte> value)
    {
        WasiErrno error = Tell(call.Host.Next(after, ref call.Gas, out ReadOnlyMemory<byte> key, out value));
        rest = default;
        if (error != WasiErrno.Success || !key.Span.StartsWith(prefix))
        {
            return error == WasiErrno.Success ? WasiErrno.NoEntry : error;
        }
        rest = key[prefix.Length..];
        return WasiErrno.Success;
    }

    private static WasiErrno Tell(HostStatus status) => status switch
    {
        HostStatus.Ok => WasiErrno.Success,
        HostStatus.NotFound => WasiErrno.NoEntry,
        HostStatus.OutOfGas => WasiErrno.OutOfGas,
        HostStatus.LimitExceeded => WasiErrno.LimitExceeded,
        _ => WasiErrno.Broken,
    };

    private static byte[] Key(char kind, uint number) =>
        Encoding.ASCII.GetBytes(string.Create(NumberFormatInfo.InvariantInfo, $"wasi/{kind}/{number:x8}"));

    private static byte[] Key(char kind, uint number, ulong second) => Encoding.ASCII.GetBytes(
        string.Create(NumberFormatInfo.InvariantInfo, $"wasi/{kind}/{number:x8}/{second:x8}"));

    /// <summary>The root is there before anything was written.</summary>
    public WasiErrno Read(uint number, out WasiInode inode)
    {
        WasiErrno error = Get(Key('i', number), out ReadOnlyMemory<byte> value);
        inode = new WasiInode(WasiFileType.Directory);
        if (error == WasiErrno.NoEntry && number == WasiInode.Root)
        {
            return WasiErrno.Success;
        }
        return error == WasiErrno.Success && !WasiInode.TryRead(value.Span, out inode) ? WasiErrno.Broken : error;
    }

    public WasiErrno Write(uint number, WasiInode inode) => Put(Key('i', number), inode.ToBytes());

    /// <summary>Nanoseconds since 1970 of the input in hand.</summary>
    public WasiErrno Now(out ulong time)
    {
        WasiErrno error = Tell(call.Host.Time(ref call.Gas, out long milliseconds));
        time = (ulong)milliseconds * 1_000_000;
        return error;
    }

    /// <summary>A new file, directory or link without a name yet.</summary>
    public WasiErrno Create(WasiFileType type, uint parent, out uint number)
    {
        number = 0;
        WasiErrno error = ReadSummary(out Summary summary);
        if (error != WasiErrno.Success)
        {
            return error;
        }
        if (summary.Inodes >= WasiLimits.InodesMax || summary.Serial == uint.MaxValue)
        {
            return WasiErrno.NoSpace;
        }
        number = summary.Serial;
        error = Now(out ulong now);
        if (error == WasiErrno.Success)
        {
            error = WriteSummary(summary with { Serial = summary.Serial + 1, Inodes = summary.Inodes + 1 });
        }
        return error != WasiErrno.Success ? error : Write(number, new WasiInode(type)
        {
            Links = 0, Parent = parent, Accessed = now, Modified = now, Changed = now,
        });
    }

    /// <summary>Takes away a name; with the last one, and unless it is open, goes all there is.</summary>
    public WasiErrno Unlink(uint number)
    {
        WasiErrno error = Read(number, out WasiInode inode);
        if (error != WasiErrno.Success)
        {
            return error;
        }
        inode.Links -= Math.Min(inode.Links, 1);
        error = Write(number, inode);
        return error == WasiErrno.Success ? Release(number) : error;
    }

    /// <summary>Deletes what has no name left and is not open.</summary>
    public WasiErrno Release(uint number)
    {
        WasiErrno error = Read(number, out WasiInode inode);
        if (error != WasiErrno.Success || inode.Links > 0 || number == WasiInode.Root
            || call.Session.Descriptors!.HasOpen(number))
        {
            return error;
        }
        error = SetSize(number, ref inode, 0);
        if (error == WasiErrno.Success)
        {
            error = Delete(Key('i', number));
        }
        if (error == WasiErrno.Success)
        {
            error = ReadSummary(out Summary summary);
            return error == WasiErrno.Success
                ? WriteSummary(summary with { Inodes = summary.Inodes - Math.Min(summary.Inodes, 1) })
                : error;
        }
        return error;
    }

    /// <summary>Numbers given so far, how many are in use, and the bytes of all files.</summary>
    private readonly record struct Summary(uint Serial, uint Inodes, ulong Bytes);

    private WasiErrno ReadSummary(out Summary summary)
    {
        summary = new Summary(WasiInode.Root + 1, 1, 0);
        WasiErrno error = Get(_summaryKey, out ReadOnlyMemory<byte> value);
        if (error != WasiErrno.Success)
        {
            return error == WasiErrno.NoEntry ? WasiErrno.Success : error;
        }
        ReadOnlySpan<byte> bytes = value.Span;
        if (bytes.Length != 16)
        {
            return WasiErrno.Broken;
        }
        summary = new Summary(BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
        return summary.Serial > WasiInode.Root && summary.Bytes <= WasiLimits.TotalBytesMax
            ? WasiErrno.Success
            : WasiErrno.Broken;
    }

    private WasiErrno WriteSummary(Summary summary)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, summary.Serial);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), summary.Inodes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), summary.Bytes);
        return Put(_summaryKey, bytes);
    }
}
