using System.Text.Unicode;

namespace Granary.Vms.Wasm;

/// <summary>Where a path leads: a name in a directory, and what has the name.</summary>
internal readonly record struct WasiPlace
{
    public required uint Directory { get; init; }

    /// <summary>Empty when the path ends in a directory without a name of its own: <c>.</c> or <c>..</c>.</summary>
    public required byte[] Name { get; init; }

    public WasiEntry Entry { get; init; }

    /// <summary>The path ends with a slash: what it names must be a directory.</summary>
    public bool EndsWithSlash { get; init; }

    /// <summary>The number of what is there; 0 when nothing is.</summary>
    public uint Inode => Name.Length == 0 ? Directory : Entry.Inode;

    public bool Exists => Inode != WasiDescriptor.NoInode;

    public WasiFileType Type => Name.Length == 0 ? WasiFileType.Directory : Entry.Type;
}

/// <summary>Follows a path through directories and symbolic links, never above the directory where it begins.</summary>
internal sealed class WasiPaths(WasiStore store, uint start)
{
    private readonly List<uint> _directories = [start];
    private readonly Stack<byte[]> _pending = new();
    private bool _endsWithSlash;
    private int _linksFollowed;

    /// <param name="follow">Whether a symbolic link at the end is followed.</param>
    public WasiErrno Resolve(ReadOnlySpan<byte> path, bool follow, out WasiPlace place)
    {
        place = default;
        WasiErrno error = Push(path, isLast: true);
        while (error == WasiErrno.Success && _pending.TryPop(out byte[]? name))
        {
            bool last = _pending.Count == 0;
            uint directory = _directories[^1];
            if (name is [(byte)'.', (byte)'.'])
            {
                error = _directories.Count == 1 ? WasiErrno.NotPermitted : WasiErrno.Success;
                _directories.RemoveAt(_directories.Count - 1);
                continue;
            }
            error = store.Find(directory, name, out WasiEntry entry);
            if (error == WasiErrno.NoEntry && last)
            {
                place = At(directory, name, default);
                return WasiErrno.Success;
            }
            if (error != WasiErrno.Success)
            {
                return error;
            }
            if (entry.Type == WasiFileType.SymbolicLink && (!last || follow || _endsWithSlash))
            {
                error = Follow(entry.Inode, last);
            }
            else if (last)
            {
                place = At(directory, name, entry);
                return _endsWithSlash && entry.Type != WasiFileType.Directory
                    ? WasiErrno.NotDirectory
                    : WasiErrno.Success;
            }
            else if (entry.Type != WasiFileType.Directory)
            {
                error = WasiErrno.NotDirectory;
            }
            else if (_directories.Count == WasiLimits.DepthMax)
            {
                error = WasiErrno.NameTooLong;
            }
            else
            {
                _directories.Add(entry.Inode);
            }
        }
        place = error == WasiErrno.Success ? At(_directories[^1], [], default) : default;
        return error;
    }

    private WasiPlace At(uint directory, byte[] name, WasiEntry entry) => new()
    {
        Directory = directory, Name = name, Entry = entry, EndsWithSlash = _endsWithSlash,
    };

    private WasiErrno Follow(uint link, bool isLast)
    {
        if (++_linksFollowed > WasiLimits.LinksMax)
        {
            return WasiErrno.Loop;
        }
        WasiErrno error = store.ReadLink(link, out byte[] target);
        return error == WasiErrno.Success ? Push(target, isLast) : error;
    }

    /// <summary>Puts the parts of a path before what is still to be gone.</summary>
    private WasiErrno Push(ReadOnlySpan<byte> path, bool isLast)
    {
        WasiErrno error = Check(path);
        if (error != WasiErrno.Success)
        {
            return error;
        }
        _endsWithSlash |= isLast && (path[^1] == '/' || path.EndsWith("/."u8));
        List<byte[]> parts = [];
        foreach (Range range in path.Split((byte)'/'))
        {
            ReadOnlySpan<byte> part = path[range];
            if (part.Length > WasiLimits.NameBytesMax)
            {
                return WasiErrno.NameTooLong;
            }
            if (!part.IsEmpty && part is not [(byte)'.'])
            {
                parts.Add(part.ToArray());
            }
        }
        for (int i = parts.Count - 1; i >= 0; i--)
        {
            _pending.Push(parts[i]);
        }
        return WasiErrno.Success;
    }

    public static WasiErrno Check(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
        {
            return WasiErrno.NoEntry;
        }
        if (path.Length > WasiLimits.PathBytesMax)
        {
            return WasiErrno.NameTooLong;
        }
        if (path.Contains((byte)0))
        {
            return WasiErrno.Invalid;
        }
        if (!Utf8.IsValid(path))
        {
            return WasiErrno.BadEncoding;
        }
        return path[0] == '/' ? WasiErrno.NotPermitted : WasiErrno.Success;
    }
}
