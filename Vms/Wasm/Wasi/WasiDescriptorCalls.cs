using System.Buffers.Binary;

namespace Granary.Vms.Wasm;

/// <summary>WASI preview 1, calls of descriptors themselves: closing, numbers, rights; reading directories.</summary>
internal static class WasiDescriptorCalls
{
    private static ReadOnlySpan<byte> RootName => "/"u8;

    public static WasmCallResult Close(WasmHostCall call) => call.Finish(call.Files.Close(call.UInt32(0)));

    /// <summary>Puts a descriptor in the place of another, which is closed.</summary>
    public static WasmCallResult Renumber(WasmHostCall call)
    {
        (uint from, uint to) = (call.UInt32(0), call.UInt32(1));
        WasiErrno error = call.Files.Find(from, out WasiDescriptor descriptor);
        error = error == WasiErrno.Success ? call.Files.Find(to, out _) : error;
        if (error == WasiErrno.Success && from != to)
        {
            error = call.Files.Close(to);
            if (error == WasiErrno.Success)
            {
                call.Session.Descriptors!.Set(from, null);
                call.Session.Descriptors.Set(to, descriptor);
            }
        }
        return call.Finish(error);
    }

    public static WasmCallResult FdStatus(WasmHostCall call)
    {
        WasiErrno error = call.Files.Find(call.UInt32(0), out WasiDescriptor descriptor);
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        Span<byte> status = stackalloc byte[24];
        status.Clear();
        status[0] = (byte)descriptor.Type;
        BinaryPrimitives.WriteUInt16LittleEndian(status[2..], (ushort)descriptor.Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(status[8..], (ulong)descriptor.Rights);
        BinaryPrimitives.WriteUInt64LittleEndian(status[16..], (ulong)descriptor.Inheriting);
        return call.WriteAll(call.UInt32(1), status);
    }

    public static WasmCallResult SetFlags(WasmHostCall call)
    {
        WasiErrno error = call.Files.Find(call.UInt32(0), WasiRights.SetFlags, out WasiDescriptor descriptor);
        WasiFlags flags = (WasiFlags)(call.UInt32(1) & ushort.MaxValue);
        if (error == WasiErrno.Success && (flags & ~WasiFlags.All) != 0)
        {
            error = WasiErrno.Invalid;
        }
        if (error == WasiErrno.Success)
        {
            descriptor.Flags = flags;
        }
        return call.Finish(error);
    }

    /// <summary>Rights are only ever given up.</summary>
    public static WasmCallResult SetRights(WasmHostCall call)
    {
        WasiErrno error = call.Files.Find(call.UInt32(0), out WasiDescriptor descriptor);
        WasiRights rights = (WasiRights)call.Int64(1);
        WasiRights inheriting = (WasiRights)call.Int64(2);
        if (error == WasiErrno.Success
            && ((rights & ~descriptor.Rights) != 0 || (inheriting & ~descriptor.Inheriting) != 0))
        {
            error = WasiErrno.NotCapable;
        }
        if (error == WasiErrno.Success)
        {
            descriptor.Rights = rights;
            descriptor.Inheriting = inheriting;
        }
        return call.Finish(error);
    }

    public static WasmCallResult PrestatGet(WasmHostCall call)
    {
        WasiErrno error = call.Files.Find(call.UInt32(0), out WasiDescriptor descriptor);
        if (error != WasiErrno.Success || !descriptor.IsPreopened)
        {
            return call.Finish(error == WasiErrno.Success ? WasiErrno.BadDescriptor : error);
        }
        Span<byte> status = stackalloc byte[8];
        status.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(status[4..], (uint)RootName.Length);
        return call.WriteAll(call.UInt32(1), status);
    }

    public static WasmCallResult PrestatName(WasmHostCall call)
    {
        WasiErrno error = call.Files.Find(call.UInt32(0), out WasiDescriptor descriptor);
        if (error == WasiErrno.Success && !descriptor.IsPreopened)
        {
            error = WasiErrno.BadDescriptor;
        }
        if (error == WasiErrno.Success && call.UInt32(2) < (uint)RootName.Length)
        {
            error = WasiErrno.NameTooLong;
        }
        return error == WasiErrno.Success ? call.WriteAll(call.UInt32(1), RootName) : call.Finish(error);
    }

    /// <remarks>As much as fits, the last entry cut short: then there is more. A cookie is the serial of the name
    /// before it.</remarks>
    public static WasmCallResult ReadDirectory(WasmHostCall call)
    {
        WasiErrno error = call.Files.FindFile(
            call.UInt32(0), WasiRights.ReadDirectory, out WasiDescriptor descriptor, out WasiInode inode);
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        if (!call.State.Memory.Contains(call.UInt32(1), call.UInt32(2)))
        {
            return call.Trap(WasmTrap.OutOfBoundsMemory);
        }
        int room = (int)Math.Min(call.UInt32(2), WasiLimits.TransferBytesMax);
        List<byte> bytes = [];
        ulong cookie = (ulong)call.Int64(3);
        while (error == WasiErrno.Success && bytes.Count < room)
        {
            error = NextEntry(call, descriptor, inode.Parent, cookie, out WasiEntry entry);
            if (error == WasiErrno.Success)
            {
                cookie = entry.Serial;
                Append(bytes, entry);
            }
        }
        if (error is not (WasiErrno.Success or WasiErrno.NoEntry))
        {
            return call.Finish(error);
        }
        byte[] answer = [.. bytes.Take(room)];
        return call.TryWriteAt(call.UInt32(1), answer, out WasmCallResult refused)
            ? call.WriteInt(call.UInt32(4), (uint)answer.Length)
            : refused;
    }

    /// <remarks>The first two have the numbers 1 and 2, which no name has: the first file is 2, its name 3.</remarks>
    private static WasiErrno NextEntry(
        WasmHostCall call, WasiDescriptor directory, uint parent, ulong cookie, out WasiEntry entry)
    {
        switch (cookie)
        {
            case 0:
                entry = new WasiEntry(directory.Inode, WasiFileType.Directory, 1, "."u8.ToArray());
                return WasiErrno.Success;
            case 1:
                entry = new WasiEntry(parent, WasiFileType.Directory, 2, ".."u8.ToArray());
                return WasiErrno.Success;
            case > uint.MaxValue:
                entry = default;
                return WasiErrno.NoEntry;
            default:
                return call.Files.Store.EntryAfter(directory.Inode, (uint)cookie, out entry);
        }
    }

    private static void Append(List<byte> bytes, in WasiEntry entry)
    {
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, entry.Serial);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], entry.Inode);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)entry.Name.Length);
        header[20] = (byte)entry.Type;
        bytes.AddRange(header);
        bytes.AddRange(entry.Name.Span);
    }

    /// <summary>There are no sockets.</summary>
    public static WasmCallResult NoSocket(WasmHostCall call)
    {
        WasiErrno error = call.Files.Find(call.UInt32(0), out _);
        return call.Finish(error == WasiErrno.Success ? WasiErrno.NotSocket : error);
    }
}
