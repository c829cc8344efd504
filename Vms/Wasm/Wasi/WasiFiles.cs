using System.Buffers.Binary;

namespace Granary.Vms.Wasm;

/// <summary>Descriptors, and what calls of files and of paths have in common.</summary>
internal sealed class WasiFiles(WasmHostCall call)
{
    public const int StatusBytes = 64;

    public WasiStore Store { get; } = new(call);

    /// <summary>The machine's descriptors; made when they are first asked for.</summary>
    public WasiErrno Open(out WasiDescriptors descriptors)
    {
        WasiErrno error = WasiErrno.Success;
        if (call.Session.Descriptors is null)
        {
            error = Store.Get(WasiStore.PreopensKey, out ReadOnlyMemory<byte> value);
            bool preopens = error == WasiErrno.NoEntry || !value.IsEmpty;
            error = error == WasiErrno.NoEntry ? WasiErrno.Success : error;
            call.Session.Descriptors = error == WasiErrno.Success ? WasiDescriptors.Fresh(preopens) : null;
        }
        descriptors = call.Session.Descriptors!;
        return error;
    }

    public WasiErrno Find(uint number, out WasiDescriptor descriptor)
    {
        descriptor = null!;
        WasiErrno error = Open(out WasiDescriptors descriptors);
        if (error == WasiErrno.Success)
        {
            descriptor = descriptors.Find(number)!;
            error = descriptor is null ? WasiErrno.BadDescriptor : WasiErrno.Success;
        }
        return error;
    }

    /// <summary>A descriptor that has these rights.</summary>
    public WasiErrno Find(uint number, WasiRights rights, out WasiDescriptor descriptor)
    {
        WasiErrno error = Find(number, out descriptor);
        if (error != WasiErrno.Success || (descriptor.Rights & rights) == rights)
        {
            return error;
        }
        bool pathCall = (rights & WasiRights.Directory & ~WasiRights.Both) == rights;
        return (descriptor.Type, pathCall) switch
        {
            (WasiFileType.Directory, false) => WasiErrno.IsDirectory,
            (not WasiFileType.Directory, true) => WasiErrno.NotDirectory,
            _ => WasiErrno.NotCapable,
        };
    }

    /// <summary>An open file with these rights, and its record.</summary>
    public WasiErrno FindFile(uint number, WasiRights rights, out WasiDescriptor descriptor, out WasiInode inode)
    {
        inode = default;
        WasiErrno error = Find(number, rights, out descriptor);
        if (error != WasiErrno.Success)
        {
            return error;
        }
        return descriptor.IsStream ? WasiErrno.IllegalSeek : Store.Read(descriptor.Inode, out inode);
    }

    /// <summary>Where a path leads from a directory with these rights.</summary>
    public WasiErrno Resolve(
        uint number, WasiRights rights, ReadOnlySpan<byte> path, bool follow, out WasiPlace place)
    {
        place = default;
        WasiErrno error = Find(number, rights, out WasiDescriptor descriptor);
        if (error == WasiErrno.Success && descriptor.Type != WasiFileType.Directory)
        {
            error = WasiErrno.NotDirectory;
        }
        return error == WasiErrno.Success
            ? new WasiPaths(Store, descriptor.Inode).Resolve(path, follow, out place)
            : error;
    }

    /// <summary>As <see cref="Resolve"/>, of what exists.</summary>
    public WasiErrno ResolveExisting(
        uint number, WasiRights rights, ReadOnlySpan<byte> path, bool follow, out WasiPlace place)
    {
        WasiErrno error = Resolve(number, rights, path, follow, out place);
        return error == WasiErrno.Success && !place.Exists ? WasiErrno.NoEntry : error;
    }

    public static void WriteStatus(Span<byte> to, uint number, in WasiInode inode)
    {
        to.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(to, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], number);
        to[16] = (byte)inode.Type;
        BinaryPrimitives.WriteUInt64LittleEndian(to[24..], inode.Links);
        BinaryPrimitives.WriteUInt64LittleEndian(to[32..], inode.Size);
        BinaryPrimitives.WriteUInt64LittleEndian(to[40..], inode.Accessed);
        BinaryPrimitives.WriteUInt64LittleEndian(to[48..], inode.Modified);
        BinaryPrimitives.WriteUInt64LittleEndian(to[56..], inode.Changed);
    }

    /// <param name="flags">1 sets the time of access, 2 sets it to now, 4 and 8 the same for the modification.</param>
    public WasiErrno SetTimes(uint number, ulong accessed, ulong modified, uint flags)
    {
        if ((flags & 3) == 3 || (flags & 12) == 12 || flags > 15)
        {
            return WasiErrno.Invalid;
        }
        WasiErrno error = Store.Now(out ulong now);
        if (error == WasiErrno.Success)
        {
            error = Store.Read(number, out WasiInode inode);
            inode.Accessed = (flags & 3) switch { 1 => accessed, 2 => now, _ => inode.Accessed };
            inode.Modified = (flags & 12) switch { 4 => modified, 8 => now, _ => inode.Modified };
            inode.Changed = now;
            return error == WasiErrno.Success ? Store.Write(number, inode) : error;
        }
        return error;
    }

    /// <summary>Gives a descriptor up, and what only it still held.</summary>
    public WasiErrno Close(uint number)
    {
        WasiErrno error = Find(number, out WasiDescriptor descriptor);
        if (error != WasiErrno.Success)
        {
            return error;
        }
        call.Session.Descriptors!.Set(number, null);
        // A file that vanished with its last name is no error of whoever closes it.
        error = descriptor.IsStream ? WasiErrno.Success : Store.Release(descriptor.Inode);
        return error is WasiErrno.NoEntry ? WasiErrno.Success : error;
    }
}
