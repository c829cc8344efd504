namespace Granary.Vms.Wasm;

/// <summary>WASI preview 1, calls of paths: opening, making, naming and removing.</summary>
internal static class WasiPathCalls
{
    private const uint Follow = 1;

    /// <summary>How a file is opened.</summary>
    [Flags]
    private enum OpenFlags : uint
    {
        Create = 1,
        Directory = 2,
        Exclusive = 4,
        Truncate = 8,
    }

    public static WasmCallResult Open(WasmHostCall call)
    {
        if (!call.TryReadPath(2, out byte[] path, out WasmCallResult refused))
        {
            return refused;
        }
        WasiErrno error = Open(call, path, out WasiDescriptor? opened);
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        return call.Session.Descriptors!.TryAdd(opened!, out uint number)
            ? call.WriteInt(call.UInt32(8), number)
            : call.Finish(WasiErrno.TooManyOpen);
    }

    private static WasiErrno Open(WasmHostCall call, byte[] path, out WasiDescriptor? opened)
    {
        opened = null;
        OpenFlags flags = (OpenFlags)(call.UInt32(4) & ushort.MaxValue);
        WasiFlags fdFlags = (WasiFlags)(call.UInt32(7) & ushort.MaxValue);
        WasiRights rights = (WasiRights)call.Int64(5);
        WasiRights inheriting = (WasiRights)call.Int64(6);
        WasiRights needed = WasiRights.Open
            | (flags.HasFlag(OpenFlags.Create) ? WasiRights.CreateFile : WasiRights.None)
            | (flags.HasFlag(OpenFlags.Truncate) ? WasiRights.PathSetSize : WasiRights.None);
        bool follow = (call.UInt32(1) & Follow) != 0;
        WasiErrno error = call.Files.Resolve(call.UInt32(0), needed, path, follow, out WasiPlace place);
        if (error != WasiErrno.Success)
        {
            return error;
        }
        WasiDescriptor directory = call.Session.Descriptors!.Find(call.UInt32(0))!;
        if (((rights | inheriting) & ~directory.Inheriting) != 0)
        {
            return WasiErrno.NotCapable;
        }
        error = Check(place, flags, rights);
        if ((uint)flags > 15 || (fdFlags & ~WasiFlags.All) != 0)
        {
            error = WasiErrno.Invalid;
        }
        uint number = place.Inode;
        if (error == WasiErrno.Success && !place.Exists)
        {
            error = Make(call, place, WasiFileType.RegularFile, out number);
        }
        else if (error == WasiErrno.Success && flags.HasFlag(OpenFlags.Truncate))
        {
            error = Truncate(call.Files.Store, number);
        }
        bool isDirectory = place.Exists && place.Type == WasiFileType.Directory;
        opened = new WasiDescriptor
        {
            Type = isDirectory ? WasiFileType.Directory : WasiFileType.RegularFile, Inode = number, Flags = fdFlags,
            Rights = rights & (isDirectory ? WasiRights.Directory : WasiRights.File),
            Inheriting = isDirectory ? inheriting : WasiRights.None,
        };
        return error;
    }

    private static WasiErrno Check(in WasiPlace place, OpenFlags flags, WasiRights rights)
    {
        if (!place.Exists)
        {
            return !flags.HasFlag(OpenFlags.Create) ? WasiErrno.NoEntry
                : place.EndsWithSlash ? WasiErrno.IsDirectory
                : flags.HasFlag(OpenFlags.Directory) ? WasiErrno.Invalid
                : WasiErrno.Success;
        }
        if (flags.HasFlag(OpenFlags.Create) && flags.HasFlag(OpenFlags.Exclusive))
        {
            return WasiErrno.Exists;
        }
        switch (place.Type)
        {
            case WasiFileType.SymbolicLink:
                return flags.HasFlag(OpenFlags.Directory) ? WasiErrno.NotDirectory : WasiErrno.Loop;
            case WasiFileType.Directory:
                bool writes = (flags & (OpenFlags.Truncate | OpenFlags.Create)) != 0
                    || (rights & WasiRights.Write) != 0;
                return writes ? WasiErrno.IsDirectory : WasiErrno.Success;
            default:
                return flags.HasFlag(OpenFlags.Directory) ? WasiErrno.NotDirectory : WasiErrno.Success;
        }
    }

    private static WasiErrno Truncate(WasiStore store, uint number)
    {
        WasiErrno error = store.Read(number, out WasiInode inode);
        error = error == WasiErrno.Success ? store.SetSize(number, ref inode, 0) : error;
        if (error == WasiErrno.Success)
        {
            error = store.Now(out ulong now);
            inode.Modified = now;
            inode.Changed = now;
        }
        return error == WasiErrno.Success ? store.Write(number, inode) : error;
    }

    /// <summary>A new file, directory or link with its name.</summary>
    private static WasiErrno Make(WasmHostCall call, in WasiPlace place, WasiFileType type, out uint number)
    {
        WasiErrno error = call.Files.Store.Create(type, place.Directory, out number);
        return error == WasiErrno.Success ? call.Files.Store.Add(place.Directory, place.Name, number) : error;
    }

    public static WasmCallResult CreateDirectory(WasmHostCall call)
    {
        if (!call.TryReadPath(1, out byte[] path, out WasmCallResult refused))
        {
            return refused;
        }
        WasiErrno error = call.Files.Resolve(
            call.UInt32(0), WasiRights.CreateDirectory, path, follow: false, out WasiPlace place);
        if (error == WasiErrno.Success)
        {
            error = place.Exists ? WasiErrno.Exists : Make(call, place, WasiFileType.Directory, out _);
        }
        return call.Finish(error);
    }

    public static WasmCallResult Symlink(WasmHostCall call)
    {
        if (!call.TryReadPath(0, out byte[] target, out WasmCallResult refused)
            || !call.TryReadPath(3, out byte[] path, out refused))
        {
            return refused;
        }
        WasiErrno error = WasiPaths.Check(target);
        WasiPlace place = default;
        if (error == WasiErrno.Success)
        {
            error = call.Files.Resolve(call.UInt32(2), WasiRights.Symlink, path, follow: false, out place);
        }
        if (error == WasiErrno.Success && (place.Exists || place.EndsWithSlash))
        {
            error = place.Exists ? WasiErrno.Exists : WasiErrno.NoEntry;
        }
        uint number = 0;
        WasiStore store = call.Files.Store;
        error = error == WasiErrno.Success ? Make(call, place, WasiFileType.SymbolicLink, out number) : error;
        if (error == WasiErrno.Success)
        {
            error = store.Read(number, out WasiInode inode);
            error = error == WasiErrno.Success ? store.WriteData(number, ref inode, 0, target) : error;
            error = error == WasiErrno.Success ? store.Write(number, inode) : error;
        }
        return call.Finish(error);
    }

    public static WasmCallResult ReadLink(WasmHostCall call)
    {
        if (!call.TryReadPath(1, out byte[] path, out WasmCallResult refused))
        {
            return refused;
        }
        WasiErrno error = call.Files.ResolveExisting(
            call.UInt32(0), WasiRights.ReadLink, path, follow: false, out WasiPlace place);
        byte[] target = [];
        if (error == WasiErrno.Success)
        {
            error = place.Type == WasiFileType.SymbolicLink
                ? call.Files.Store.ReadLink(place.Inode, out target)
                : WasiErrno.Invalid;
        }
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        int count = (int)Math.Min(call.UInt32(4), (uint)target.Length);
        return call.TryWriteAt(call.UInt32(3), target.AsSpan(0, count), out refused)
            ? call.WriteInt(call.UInt32(5), (uint)count)
            : refused;
    }

    /// <summary>A second name for a file or symbolic link.</summary>
    public static WasmCallResult Link(WasmHostCall call)
    {
        if (!call.TryReadPath(2, out byte[] path, out WasmCallResult refused)
            || !call.TryReadPath(5, out byte[] name, out refused))
        {
            return refused;
        }
        bool follow = (call.UInt32(1) & Follow) != 0;
        WasiErrno error = call.Files.ResolveExisting(
            call.UInt32(0), WasiRights.LinkSource, path, follow, out WasiPlace from);
        WasiPlace to = default;
        if (error == WasiErrno.Success)
        {
            error = call.Files.Resolve(call.UInt32(4), WasiRights.LinkTarget, name, follow: false, out to);
        }
        if (error == WasiErrno.Success)
        {
            error = from.Type == WasiFileType.Directory ? WasiErrno.NotPermitted
                : to.Exists ? WasiErrno.Exists
                : to.EndsWithSlash ? WasiErrno.NoEntry
                : call.Files.Store.Add(to.Directory, to.Name, from.Inode);
        }
        return call.Finish(error);
    }

    public static WasmCallResult Status(WasmHostCall call)
    {
        if (!call.TryReadPath(2, out byte[] path, out WasmCallResult refused))
        {
            return refused;
        }
        WasiErrno error = call.Files.ResolveExisting(
            call.UInt32(0), WasiRights.PathStatus, path, (call.UInt32(1) & Follow) != 0, out WasiPlace place);
        WasiInode inode = default;
        error = error == WasiErrno.Success ? call.Files.Store.Read(place.Inode, out inode) : error;
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        Span<byte> status = stackalloc byte[WasiFiles.StatusBytes];
        WasiFiles.WriteStatus(status, place.Inode, inode);
        return call.WriteAll(call.UInt32(4), status);
    }

    public static WasmCallResult SetTimes(WasmHostCall call)
    {
        if (!call.TryReadPath(2, out byte[] path, out WasmCallResult refused))
        {
            return refused;
        }
        WasiErrno error = call.Files.ResolveExisting(
            call.UInt32(0), WasiRights.PathSetTimes, path, (call.UInt32(1) & Follow) != 0, out WasiPlace place);
        return call.Finish(error == WasiErrno.Success
            ? call.Files.SetTimes(place.Inode, (ulong)call.Int64(4), (ulong)call.Int64(5), call.UInt32(6) & 0xffff)
            : error);
    }

    public static WasmCallResult UnlinkFile(WasmHostCall call)
    {
        if (!call.TryReadPath(1, out byte[] path, out WasmCallResult refused))
        {
            return refused;
        }
        WasiErrno error = call.Files.ResolveExisting(
            call.UInt32(0), WasiRights.UnlinkFile, path, follow: false, out WasiPlace place);
        if (error == WasiErrno.Success)
        {
            error = place.Type == WasiFileType.Directory ? WasiErrno.IsDirectory : WasiRename.Remove(call, place);
        }
        return call.Finish(error);
    }

    public static WasmCallResult RemoveDirectory(WasmHostCall call)
    {
        if (!call.TryReadPath(1, out byte[] path, out WasmCallResult refused))
        {
            return refused;
        }
        WasiErrno error = call.Files.ResolveExisting(
            call.UInt32(0), WasiRights.RemoveDirectory, path, follow: false, out WasiPlace place);
        if (error == WasiErrno.Success)
        {
            error = place.Name.Length == 0 ? WasiErrno.Invalid
                : place.Type != WasiFileType.Directory ? WasiErrno.NotDirectory
                : call.Files.Store.IsEmpty(place.Inode);
        }
        return call.Finish(error == WasiErrno.Success ? WasiRename.Remove(call, place) : error);
    }
}
