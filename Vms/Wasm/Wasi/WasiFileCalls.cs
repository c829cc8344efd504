namespace Granary.Vms.Wasm;

/// <summary>WASI preview 1, calls of descriptors: reading and writing, position, size, times.</summary>
internal static class WasiFileCalls
{
    public static WasmCallResult Read(WasmHostCall call)
    {
        WasiErrno error = call.Files.Find(call.UInt32(0), WasiRights.Read, out WasiDescriptor descriptor);
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        return descriptor.IsStream
            ? ReadPayload(call)
            : ReadAt(call, descriptor, descriptor.Offset, moves: true, resultPointer: 3);
    }

    public static WasmCallResult ReadAtOffset(WasmHostCall call)
    {
        WasiErrno error = call.Files.FindFile(
            call.UInt32(0), WasiRights.Read | WasiRights.Seek, out WasiDescriptor descriptor, out _);
        return error == WasiErrno.Success
            ? ReadAt(call, descriptor, (ulong)call.Int64(3), moves: false, resultPointer: 4)
            : call.Finish(error);
    }

    /// <summary>Standard input is the payload of the message.</summary>
    private static WasmCallResult ReadPayload(WasmHostCall call)
    {
        if (!call.TryReadVectors(1, out List<(uint At, int Size)> vectors, out int room, out WasmCallResult refused))
        {
            return refused;
        }
        ReadOnlySpan<byte> rest = call.Session.Payload.Span[call.Session.InputRead..];
        rest = rest[..Math.Min(room, rest.Length)];
        if (!call.TryScatter(vectors, rest, out refused))
        {
            return refused;
        }
        call.Session.InputRead += rest.Length;
        return call.WriteInt(call.UInt32(3), (uint)rest.Length);
    }

    private static WasmCallResult ReadAt(
        WasmHostCall call, WasiDescriptor descriptor, ulong offset, bool moves, int resultPointer)
    {
        if (!call.TryReadVectors(1, out List<(uint At, int Size)> vectors, out int room, out WasmCallResult refused))
        {
            return refused;
        }
        WasiErrno error = call.Files.Store.Read(descriptor.Inode, out WasiInode inode);
        byte[] buffer = new byte[(int)Math.Min((ulong)room, inode.Size)];
        int count = 0;
        if (error == WasiErrno.Success)
        {
            error = call.Files.Store.ReadData(descriptor.Inode, inode, offset, buffer, out count);
        }
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        if (!call.TryScatter(vectors, buffer.AsSpan(0, count), out refused))
        {
            return refused;
        }
        descriptor.Offset += moves ? (ulong)count : 0;
        return call.WriteInt(call.UInt32(resultPointer), (uint)count);
    }

    public static WasmCallResult Write(WasmHostCall call)
    {
        WasiErrno error = call.Files.Find(call.UInt32(0), WasiRights.Write, out WasiDescriptor descriptor);
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        return descriptor.IsStream
            ? WriteStream(call, descriptor.Stream)
            : WriteAt(call, descriptor, descriptor.Offset, moves: true, resultPointer: 3);
    }

    public static WasmCallResult WriteAtOffset(WasmHostCall call)
    {
        WasiErrno error = call.Files.FindFile(
            call.UInt32(0), WasiRights.Write | WasiRights.Seek, out WasiDescriptor descriptor, out _);
        return error == WasiErrno.Success
            ? WriteAt(call, descriptor, (ulong)call.Int64(3), moves: false, resultPointer: 4)
            : call.Finish(error);
    }

    /// <summary>Standard output and errors are events.</summary>
    private static WasmCallResult WriteStream(WasmHostCall call, byte stream)
    {
        if (!call.TryGather(1, out byte[] text, out WasmCallResult refused))
        {
            return refused;
        }
        text = text.Length > call.Limits.PayloadBytesMax ? text[..call.Limits.PayloadBytesMax] : text;
        WasmCallResult emitted = text.Length == 0
            ? WasmCallResult.Done
            : WasmKernelCalls.Quietly(call, call.Host.Emit(stream == 2 ? "stderr" : "stdout", text, ref call.Gas));
        return emitted == WasmCallResult.Done ? call.WriteInt(call.UInt32(3), (uint)text.Length) : emitted;
    }

    /// <remarks>What is appended goes to the end, wherever the offset says.</remarks>
    private static WasmCallResult WriteAt(
        WasmHostCall call, WasiDescriptor descriptor, ulong offset, bool moves, int resultPointer)
    {
        WasiStore store = call.Files.Store;
        if (!call.TryGather(1, out byte[] bytes, out WasmCallResult refused))
        {
            return refused;
        }
        WasiErrno error = store.Read(descriptor.Inode, out WasiInode inode);
        offset = moves && (descriptor.Flags & WasiFlags.Append) != 0 ? inode.Size : offset;
        if (error == WasiErrno.Success && offset > WasiLimits.FileBytesMax)
        {
            error = WasiErrno.FileTooBig;
        }
        error = error == WasiErrno.Success ? store.WriteData(descriptor.Inode, ref inode, offset, bytes) : error;
        if (error == WasiErrno.Success)
        {
            error = Changed(store, descriptor.Inode, ref inode);
        }
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        descriptor.Offset = moves ? offset + (ulong)bytes.Length : descriptor.Offset;
        return call.WriteInt(call.UInt32(resultPointer), (uint)bytes.Length);
    }

    private static WasiErrno Changed(WasiStore store, uint number, ref WasiInode inode)
    {
        WasiErrno error = store.Now(out ulong now);
        inode.Modified = now;
        inode.Changed = now;
        return error == WasiErrno.Success ? store.Write(number, inode) : error;
    }

    public static WasmCallResult Seek(WasmHostCall call)
    {
        WasiRights rights = call.UInt32(2) == 1 && call.Int64(1) == 0 ? WasiRights.Tell : WasiRights.Seek;
        WasiErrno error = call.Files.FindFile(call.UInt32(0), WasiRights.None, out WasiDescriptor descriptor,
            out WasiInode inode);
        if (error == WasiErrno.Success)
        {
            error = call.Files.Find(call.UInt32(0), rights, out descriptor);
        }
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        Int128 from = call.UInt32(2) switch { 0 => 0, 1 => descriptor.Offset, 2 => inode.Size, _ => -1 };
        Int128 offset = from + call.Int64(1);
        if (from < 0 || offset < 0 || offset > long.MaxValue)
        {
            return call.Finish(WasiErrno.Invalid);
        }
        descriptor.Offset = (ulong)offset;
        return call.WriteLong(call.UInt32(3), descriptor.Offset);
    }

    public static WasmCallResult Tell(WasmHostCall call)
    {
        WasiErrno error = call.Files.FindFile(call.UInt32(0), WasiRights.Tell, out WasiDescriptor descriptor, out _);
        return error == WasiErrno.Success
            ? call.WriteLong(call.UInt32(1), descriptor.Offset)
            : call.Finish(error);
    }

    /// <summary>Makes room, which here is making the file longer: blocks without content take none.</summary>
    public static WasmCallResult Allocate(WasmHostCall call)
    {
        WasiErrno error = call.Files.FindFile(call.UInt32(0), WasiRights.Allocate, out WasiDescriptor descriptor,
            out WasiInode inode);
        UInt128 end = (UInt128)(ulong)call.Int64(1) + (ulong)call.Int64(2);
        if (error == WasiErrno.Success && (call.Int64(1) < 0 || call.Int64(2) <= 0))
        {
            error = WasiErrno.Invalid;
        }
        if (error == WasiErrno.Success && end > inode.Size)
        {
            error = SetSize(call, descriptor, inode, (ulong)UInt128.Min(end, ulong.MaxValue));
        }
        return call.Finish(error);
    }

    public static WasmCallResult SetSize(WasmHostCall call)
    {
        WasiErrno error = call.Files.FindFile(call.UInt32(0), WasiRights.SetSize, out WasiDescriptor descriptor,
            out WasiInode inode);
        return call.Finish(error == WasiErrno.Success
            ? SetSize(call, descriptor, inode, (ulong)call.Int64(1))
            : error);
    }

    private static WasiErrno SetSize(WasmHostCall call, WasiDescriptor descriptor, WasiInode inode, ulong size)
    {
        WasiErrno error = call.Files.Store.SetSize(descriptor.Inode, ref inode, size);
        return error == WasiErrno.Success ? Changed(call.Files.Store, descriptor.Inode, ref inode) : error;
    }

    public static WasmCallResult Status(WasmHostCall call)
    {
        WasiErrno error = call.Files.Find(call.UInt32(0), WasiRights.Status, out WasiDescriptor descriptor);
        WasiInode inode = new(WasiFileType.CharacterDevice);
        if (error == WasiErrno.Success && !descriptor.IsStream)
        {
            error = call.Files.Store.Read(descriptor.Inode, out inode);
        }
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        Span<byte> status = stackalloc byte[WasiFiles.StatusBytes];
        WasiFiles.WriteStatus(status, descriptor.Inode, inode);
        return call.WriteAll(call.UInt32(1), status);
    }

    public static WasmCallResult SetTimes(WasmHostCall call)
    {
        WasiErrno error = call.Files.FindFile(call.UInt32(0), WasiRights.SetTimes, out WasiDescriptor descriptor,
            out _);
        return call.Finish(error == WasiErrno.Success
            ? call.Files.SetTimes(
                descriptor.Inode, (ulong)call.Int64(1), (ulong)call.Int64(2), call.UInt32(3) & ushort.MaxValue)
            : error);
    }

    /// <summary>Advice on reading changes nothing; it is checked.</summary>
    public static WasmCallResult Advise(WasmHostCall call)
    {
        WasiErrno error = call.Files.FindFile(call.UInt32(0), WasiRights.Advise, out WasiDescriptor descriptor, out _);
        if (error == WasiErrno.Success && descriptor.Type == WasiFileType.Directory)
        {
            error = WasiErrno.BadDescriptor;
        }
        bool known = call.UInt32(3) <= 5 && call.Int64(1) >= 0 && call.Int64(2) >= 0;
        return call.Finish(error == WasiErrno.Success && !known ? WasiErrno.Invalid : error);
    }

    /// <summary>Every turn is durable as a whole: there is nothing to wait for.</summary>
    public static WasmCallResult Sync(WasmHostCall call) =>
        call.Finish(call.Files.FindFile(call.UInt32(0), WasiRights.Sync, out _, out _));

    public static WasmCallResult DataSync(WasmHostCall call) =>
        call.Finish(call.Files.FindFile(call.UInt32(0), WasiRights.DataSync, out _, out _));
}
