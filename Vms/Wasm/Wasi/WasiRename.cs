namespace Granary.Vms.Wasm;

/// <summary>WASI preview 1: <c>path_rename</c>, which replaces what has the new name.</summary>
internal static class WasiRename
{
    public static WasmCallResult Rename(WasmHostCall call)
    {
        if (!call.TryReadPath(1, out byte[] path, out WasmCallResult refused)
            || !call.TryReadPath(4, out byte[] name, out refused))
        {
            return refused;
        }
        WasiErrno error = call.Files.ResolveExisting(
            call.UInt32(0), WasiRights.RenameSource, path, follow: false, out WasiPlace from);
        WasiPlace to = default;
        if (error == WasiErrno.Success)
        {
            error = call.Files.Resolve(call.UInt32(3), WasiRights.RenameTarget, name, follow: false, out to);
        }
        error = error == WasiErrno.Success ? Check(call.Files.Store, from, to) : error;
        if (error != WasiErrno.Success || from.Inode == to.Inode)
        {
            return call.Finish(error);
        }
        // The link count of what moves passes through two, so that it is never without a name.
        error = to.Exists ? Remove(call, to) : WasiErrno.Success;
        error = error == WasiErrno.Success ? call.Files.Store.Add(to.Directory, to.Name, from.Inode) : error;
        return call.Finish(error == WasiErrno.Success ? Remove(call, from) : error);
    }

    /// <summary>Takes a name away, and what has no other.</summary>
    public static WasiErrno Remove(WasmHostCall call, in WasiPlace place)
    {
        WasiErrno error = call.Files.Store.Remove(place.Directory, place.Entry);
        return error == WasiErrno.Success ? call.Files.Store.Unlink(place.Inode) : error;
    }

    private static WasiErrno Check(WasiStore store, in WasiPlace from, in WasiPlace to)
    {
        bool isDirectory = from.Type == WasiFileType.Directory;
        if (from.Name.Length == 0 || to.Name.Length == 0)
        {
            return WasiErrno.Busy;
        }
        if (!isDirectory && to.EndsWithSlash)
        {
            return WasiErrno.NotDirectory;
        }
        if (to.Exists && from.Inode != to.Inode)
        {
            if (isDirectory != (to.Type == WasiFileType.Directory))
            {
                return isDirectory ? WasiErrno.NotDirectory : WasiErrno.IsDirectory;
            }
            WasiErrno empty = isDirectory ? store.IsEmpty(to.Inode) : WasiErrno.Success;
            if (empty != WasiErrno.Success)
            {
                return empty;
            }
        }
        return isDirectory ? IsOutside(store, from.Inode, to.Directory) : WasiErrno.Success;
    }

    /// <summary>A directory cannot move into itself.</summary>
    private static WasiErrno IsOutside(WasiStore store, uint moved, uint directory)
    {
        for (int depth = 0; depth < WasiLimits.InodesMax; depth++)
        {
            if (directory == moved)
            {
                return WasiErrno.Invalid;
            }
            if (directory == WasiInode.Root)
            {
                return WasiErrno.Success;
            }
            WasiErrno error = store.Read(directory, out WasiInode inode);
            if (error != WasiErrno.Success)
            {
                return error;
            }
            directory = inode.Parent;
        }
        return WasiErrno.Broken;
    }
}
