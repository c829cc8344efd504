using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Granary.Vms.Wasm;

/// <summary>A name in a directory.</summary>
/// <param name="Serial">Numbers grow with every name that is made: reading a directory goes on behind one of them, also
/// when names came and went in between.</param>
internal readonly record struct WasiEntry(uint Inode, WasiFileType Type, uint Serial, ReadOnlyMemory<byte> Name);

/// <content>Directories: a key for each name, and one for its place in the order in which names were made.</content>
internal sealed partial class WasiStore
{
    private const int EntryBytes = 9;

    private static byte[] NameKey(uint directory, ReadOnlySpan<byte> name) =>
        [.. Key('n', directory), (byte)'/', .. name];

    public WasiErrno Find(uint directory, ReadOnlySpan<byte> name, out WasiEntry entry)
    {
        entry = default;
        WasiErrno error = Get(NameKey(directory, name), out ReadOnlyMemory<byte> value);
        return error == WasiErrno.Success ? Decode(value, name.ToArray(), out entry) : error;
    }

    /// <summary>Gives a file a name in a directory, which must still have one itself.</summary>
    public WasiErrno Add(uint directory, ReadOnlySpan<byte> name, uint number)
    {
        WasiErrno error = Touch(directory);
        error = error == WasiErrno.Success ? ReadSummary(out Summary summary) : Fail(error, out summary);
        if (error != WasiErrno.Success || summary.Serial == uint.MaxValue)
        {
            return error == WasiErrno.Success ? WasiErrno.NoSpace : error;
        }
        error = WriteSummary(summary with { Serial = summary.Serial + 1 });
        error = error == WasiErrno.Success ? Read(number, out WasiInode inode) : Fail(error, out inode);
        if (error != WasiErrno.Success)
        {
            return error;
        }
        inode.Links++;
        inode.Parent = directory;
        byte[] value = new byte[EntryBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(value, number);
        value[4] = (byte)inode.Type;
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(5), summary.Serial);
        error = Write(number, inode);
        error = error == WasiErrno.Success ? Put(NameKey(directory, name), value) : error;
        return error == WasiErrno.Success ? Put(Key('o', directory, summary.Serial), [.. value, .. name]) : error;
    }

    private static WasiErrno Fail<T>(WasiErrno error, out T nothing)
        where T : struct
    {
        nothing = default;
        return error;
    }

    /// <summary>Takes a name out of a directory; what it named is not looked at.</summary>
    public WasiErrno Remove(uint directory, in WasiEntry entry)
    {
        WasiErrno error = Touch(directory);
        error = error == WasiErrno.Success ? Delete(NameKey(directory, entry.Name.Span)) : error;
        return error == WasiErrno.Success ? Delete(Key('o', directory, entry.Serial)) : error;
    }

    /// <summary>Where a symbolic link points to.</summary>
    public WasiErrno ReadLink(uint number, out byte[] target)
    {
        target = [];
        WasiErrno error = Read(number, out WasiInode inode);
        if (error != WasiErrno.Success)
        {
            return error;
        }
        if (inode.Type != WasiFileType.SymbolicLink || inode.Size > WasiLimits.PathBytesMax)
        {
            return WasiErrno.Broken;
        }
        target = new byte[inode.Size];
        return ReadData(number, inode, 0, target, out _);
    }

    /// <summary>Success when a directory has no names, else <see cref="WasiErrno.NotEmpty"/>.</summary>
    public WasiErrno IsEmpty(uint directory)
    {
        byte[] prefix = NameKey(directory, []);
        WasiErrno error = Next(prefix, prefix, out _, out _);
        return error == WasiErrno.Success ? WasiErrno.NotEmpty
            : error == WasiErrno.NoEntry ? WasiErrno.Success : error;
    }

    /// <summary>The first name made after one with a number.</summary>
    public WasiErrno EntryAfter(uint directory, uint serial, out WasiEntry entry)
    {
        entry = default;
        byte[] prefix = [.. Key('o', directory), (byte)'/'];
        WasiErrno error = Next(Key('o', directory, serial), prefix, out ReadOnlyMemory<byte> rest,
            out ReadOnlyMemory<byte> value);
        if (error != WasiErrno.Success)
        {
            return error;
        }
        if (value.Length <= EntryBytes || rest.Length != 8 || !uint.TryParse(Encoding.ASCII.GetString(rest.Span),
            NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo, out uint found))
        {
            return WasiErrno.Broken;
        }
        error = Decode(value[..EntryBytes], value[EntryBytes..], out entry);
        return error == WasiErrno.Success && entry.Serial != found ? WasiErrno.Broken : error;
    }

    private static WasiErrno Decode(ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> name, out WasiEntry entry)
    {
        entry = default;
        if (value.Length != EntryBytes)
        {
            return WasiErrno.Broken;
        }
        ReadOnlySpan<byte> bytes = value.Span;
        entry = new WasiEntry(BinaryPrimitives.ReadUInt32LittleEndian(bytes), (WasiFileType)bytes[4],
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[5..]), name);
        return WasiErrno.Success;
    }

    /// <summary>A directory changes now.</summary>
    private WasiErrno Touch(uint directory)
    {
        WasiErrno error = Read(directory, out WasiInode inode);
        if (error != WasiErrno.Success || inode.Links == 0 || inode.Type != WasiFileType.Directory)
        {
            return error == WasiErrno.Success ? WasiErrno.NoEntry : error;
        }
        error = Now(out ulong now);
        inode.Modified = now;
        inode.Changed = now;
        return error == WasiErrno.Success ? Write(directory, inode) : error;
    }
}
