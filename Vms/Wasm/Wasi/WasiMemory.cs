using System.Buffers.Binary;

namespace Granary.Vms.Wasm;

/// <summary>What the calls of WASI read from and write to the program's memory, paid for and checked.</summary>
internal static class WasiMemory
{
    private const int VectorsMax = 1_024;

    public static WasmCallResult Finish(this WasmHostCall call, WasiErrno error) => error switch
    {
        WasiErrno.OutOfGas => call.Trap(WasmTrap.OutOfGas),
        WasiErrno.LimitExceeded => call.Trap(WasmTrap.LimitExceeded),
        _ => call.TryPay(0, out WasmCallResult refused) ? call.Return((int)error) : refused,
    };

    public static WasmCallResult WriteInt(this WasmHostCall call, uint at, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return call.WriteAll(at, bytes);
    }

    public static WasmCallResult WriteLong(this WasmHostCall call, uint at, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return call.WriteAll(at, bytes);
    }

    /// <summary>Writes the answer, and succeeds.</summary>
    public static WasmCallResult WriteAll(this WasmHostCall call, uint at, ReadOnlySpan<byte> bytes) =>
        call.TryWriteAt(at, bytes, out WasmCallResult refused) ? call.Return((int)WasiErrno.Success) : refused;

    /// <summary>The buffers that a pointer and a count name, all inside of the memory.</summary>
    /// <param name="room">What they hold together, at most <see cref="WasiLimits.TransferBytesMax"/>; buffers behind
    /// that are left out.</param>
    public static bool TryReadVectors(this WasmHostCall call, int pointer, out List<(uint At, int Size)> vectors,
        out int room, out WasmCallResult refused)
    {
        vectors = [];
        room = 0;
        uint count = call.UInt32(pointer + 1);
        if (count > VectorsMax)
        {
            refused = call.Finish(WasiErrno.Invalid);
            return false;
        }
        Span<byte> pair = stackalloc byte[2 * sizeof(uint)];
        for (uint i = 0; i < count; i++)
        {
            if (!call.TryReadAt(call.UInt32(pointer) + i * 2 * sizeof(uint), pair, out refused))
            {
                return false;
            }
            uint at = BinaryPrimitives.ReadUInt32LittleEndian(pair);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(pair[sizeof(uint)..]);
            if (!call.State.Memory.Contains(at, size))
            {
                refused = call.Trap(WasmTrap.OutOfBoundsMemory);
                return false;
            }
            int part = (int)Math.Min(size, (uint)(WasiLimits.TransferBytesMax - room));
            vectors.Add((at, part));
            room += part;
        }
        refused = WasmCallResult.Done;
        return true;
    }

    /// <summary>What the buffers hold, one after the other, paid for.</summary>
    public static bool TryGather(
        this WasmHostCall call, int pointer, out byte[] bytes, out WasmCallResult refused)
    {
        bytes = [];
        if (!call.TryReadVectors(pointer, out List<(uint At, int Size)> vectors, out int room, out refused)
            || !call.TryPay(room, out refused))
        {
            return false;
        }
        bytes = new byte[room];
        int done = 0;
        foreach ((uint at, int size) in vectors)
        {
            call.State.Memory.Slice(at, size).CopyTo(bytes.AsSpan(done));
            done += size;
        }
        return true;
    }

    /// <summary>Puts bytes into the buffers, one after the other, paid for.</summary>
    public static bool TryScatter(this WasmHostCall call, List<(uint At, int Size)> vectors, ReadOnlySpan<byte> bytes,
        out WasmCallResult refused)
    {
        refused = WasmCallResult.Done;
        foreach ((uint at, int size) in vectors)
        {
            int part = Math.Min(size, bytes.Length);
            if (part > 0 && !call.TryWriteAt(at, bytes[..part], out refused))
            {
                return false;
            }
            bytes = bytes[part..];
        }
        return true;
    }

    /// <summary>A path as a program gives it; what is too long is cut, and then refused for its length.</summary>
    public static bool TryReadPath(this WasmHostCall call, int pointer, out byte[] path, out WasmCallResult refused)
    {
        uint size = Math.Min(call.UInt32(pointer + 1), WasiLimits.PathBytesMax + 1);
        path = new byte[size];
        return call.TryReadAt(call.UInt32(pointer), path, out refused);
    }
}
