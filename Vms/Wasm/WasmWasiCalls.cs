using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Granary.Vms.Wasm;

/// <summary>
/// WASI preview 1 without files: standard streams, clock, randomness, sleep, exit. All of it comes from the message,
/// its
/// recorded time, and the kernel's reproducible randomness.
/// </summary>
internal static class WasmWasiCalls
{
    private const int Success = 0;
    private const int BadDescriptor = 8;
    private const int Invalid = 28;
    private const int NotSupported = 58;
    private const int IllegalSeek = 70;

    private const int StandardInput = 0;
    private const int StandardError = 2;
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const int VectorsMax = 1_024;
    private const int SubscriptionBytes = 48;
    private const int EventBytes = 32;
    private const byte CharacterDevice = 2;

    public static WasmCallResult ArgsSizesGet(WasmHostCall call) =>
        WriteTwo(call, 1, (uint)Encoding.UTF8.GetByteCount(call.Session.Entry) + 1);

    /// <summary>One argument, as programs expect: what was called.</summary>
    public static WasmCallResult ArgsGet(WasmHostCall call)
    {
        Span<byte> pointer = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(pointer, call.UInt32(1));
        byte[] text = [.. Encoding.UTF8.GetBytes(call.Session.Entry), 0];
        return call.TryWriteAt(call.UInt32(0), pointer, out WasmCallResult refused)
            && call.TryWriteAt(call.UInt32(1), text, out refused)
                ? call.Return(Success)
                : refused;
    }

    public static WasmCallResult EnvironSizesGet(WasmHostCall call) => WriteTwo(call, 0, 0);

    public static WasmCallResult EnvironGet(WasmHostCall call) => Plainly(call, Success);

    public static WasmCallResult ClockResGet(WasmHostCall call) =>
        WriteLong(call, call.UInt32(1), NanosecondsPerMillisecond);

    /// <summary>Every clock is the recorded time of the input that is handled.</summary>
    public static WasmCallResult ClockTimeGet(WasmHostCall call) =>
        call.Host.Time(ref call.Gas, out long milliseconds) == HostStatus.Ok
            ? WriteLong(call, call.UInt32(2), milliseconds * NanosecondsPerMillisecond)
            : call.Trap(WasmTrap.OutOfGas);

    public static WasmCallResult RandomGet(WasmHostCall call)
    {
        uint at = call.UInt32(0);
        uint count = call.UInt32(1);
        if (!call.State.Memory.Contains(at, count))
        {
            return call.Trap(WasmTrap.OutOfBoundsMemory);
        }
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        for (ulong done = 0; done < count; done += sizeof(ulong))
        {
            if (call.Host.Random(ref call.Gas, out ulong value) != HostStatus.Ok)
            {
                return call.Trap(WasmTrap.OutOfGas);
            }
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            int part = (int)Math.Min(count - done, sizeof(ulong));
            if (!call.TryWriteAt((uint)(at + done), bytes[..part], out WasmCallResult refused))
            {
                return refused;
            }
        }
        return call.Return(Success);
    }

    public static WasmCallResult FdWrite(WasmHostCall call)
    {
        uint descriptor = call.UInt32(0);
        if (descriptor is StandardInput or > StandardError)
        {
            return Plainly(call, BadDescriptor);
        }
        if (!TryReadVectors(call, out List<(uint At, uint Size)> vectors, out ulong total, out WasmCallResult refused))
        {
            return refused;
        }
        if (total > (ulong)call.Limits.PayloadBytesMax)
        {
            return call.Trap(WasmTrap.LimitExceeded);
        }
        if (!call.TryPay((long)total, out refused))
        {
            return refused;
        }
        byte[] text = new byte[total];
        int at = 0;
        foreach ((uint start, uint size) in vectors)
        {
            call.State.Memory.Slice(start, (int)size).CopyTo(text.AsSpan(at));
            at += (int)size;
        }
        string topic = descriptor == StandardError ? "stderr" : "stdout";
        WasmCallResult emitted = text.Length == 0
            ? WasmCallResult.Done
            : WasmKernelCalls.Quietly(call, call.Host.Emit(topic, text, ref call.Gas));
        return emitted == WasmCallResult.Done ? WriteInt(call, call.UInt32(3), (uint)total) : emitted;
    }

    /// <summary>Standard input is the payload of the message.</summary>
    public static WasmCallResult FdRead(WasmHostCall call)
    {
        if (call.UInt32(0) != StandardInput)
        {
            return Plainly(call, BadDescriptor);
        }
        if (!TryReadVectors(call, out List<(uint At, uint Size)> vectors, out _, out WasmCallResult refused))
        {
            return refused;
        }
        uint total = 0;
        foreach ((uint start, uint size) in vectors)
        {
            ReadOnlySpan<byte> rest = call.Session.Payload.Span[call.Session.InputRead..];
            rest = rest[..(int)Math.Min(size, (uint)rest.Length)];
            if (!call.TryWriteAt(start, rest, out refused))
            {
                return refused;
            }
            call.Session.InputRead += rest.Length;
            total += (uint)rest.Length;
        }
        return WriteInt(call, call.UInt32(3), total);
    }

    public static WasmCallResult FdClose(WasmHostCall call) => Plainly(call, OfStream(call, Success));

    public static WasmCallResult FdSeek(WasmHostCall call) => Plainly(call, OfStream(call, IllegalSeek));

    public static WasmCallResult FdFdstatGet(WasmHostCall call)
    {
        if (OfStream(call, Success) != Success)
        {
            return Plainly(call, BadDescriptor);
        }
        Span<byte> status = stackalloc byte[24];
        status.Clear();
        status[0] = CharacterDevice;
        // The rights to read and write, and no others.
        BinaryPrimitives.WriteUInt64LittleEndian(status[8..], call.UInt32(0) == StandardInput ? 2UL : 64UL);
        return call.TryWriteAt(call.UInt32(1), status, out WasmCallResult refused) ? call.Return(Success) : refused;
    }

    public static WasmCallResult FdFdstatSetFlags(WasmHostCall call) => Plainly(call, OfStream(call, NotSupported));

    /// <summary>There are no directories.</summary>
    public static WasmCallResult NoSuchDescriptor(WasmHostCall call) => Plainly(call, BadDescriptor);

    public static WasmCallResult SchedYield(WasmHostCall call) => Plainly(call, Success);

    /// <summary>Zero ends the message well; anything else undoes it.</summary>
    public static WasmCallResult ProcExit(WasmHostCall call)
    {
        uint code = call.UInt32(0);
        if (code != 0)
        {
            call.Session.Output = Encoding.UTF8.GetBytes(
                string.Create(NumberFormatInfo.InvariantInfo, $"exit code {code}"));
            call.Reverted = true;
        }
        return WasmCallResult.Ended;
    }

    /// <summary>One clock to wait for: what sleeping comes down to.</summary>
    public static WasmCallResult PollOneoff(WasmHostCall call)
    {
        if (call.UInt32(2) != 1)
        {
            return Plainly(call, call.UInt32(2) == 0 ? Invalid : NotSupported);
        }
        Span<byte> subscription = stackalloc byte[SubscriptionBytes];
        if (!call.TryReadAt(call.UInt32(0), subscription, out WasmCallResult refused))
        {
            return refused;
        }
        if (subscription[8] != 0)
        {
            return call.Return(NotSupported);
        }
        if (call.Host.Time(ref call.Gas, out long now) != HostStatus.Ok)
        {
            return call.Trap(WasmTrap.OutOfGas);
        }
        ulong timeout = BinaryPrimitives.ReadUInt64LittleEndian(subscription[24..])
            / (ulong)NanosecondsPerMillisecond;
        bool absolute = (subscription[40] & 1) != 0;
        long wait = (long)Math.Min(timeout, long.MaxValue);
        Span<byte> happened = stackalloc byte[EventBytes];
        happened.Clear();
        subscription[..8].CopyTo(happened);
        Span<byte> count = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(count, 1);
        return call.TryWriteAt(call.UInt32(1), happened, out refused)
            && call.TryWriteAt(call.UInt32(3), count, out refused)
                ? call.Suspend(WasmWait.Poll, absolute ? Math.Max(0, wait - now) : wait)
                : refused;
    }

    private static int OfStream(WasmHostCall call, int result) =>
        call.UInt32(0) <= StandardError ? result : BadDescriptor;

    private static WasmCallResult Plainly(WasmHostCall call, int result) =>
        call.TryPay(0, out WasmCallResult refused) ? call.Return(result) : refused;

    private static WasmCallResult WriteTwo(WasmHostCall call, uint first, uint second)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, first);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[sizeof(uint)..], second);
        return call.TryWriteAt(call.UInt32(0), bytes[..sizeof(uint)], out WasmCallResult refused)
            && call.TryWriteAt(call.UInt32(1), bytes[sizeof(uint)..], out refused)
                ? call.Return(Success)
                : refused;
    }

    private static WasmCallResult WriteInt(WasmHostCall call, uint at, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return call.TryWriteAt(at, bytes, out WasmCallResult refused) ? call.Return(Success) : refused;
    }

    private static WasmCallResult WriteLong(WasmHostCall call, uint at, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return call.TryWriteAt(at, bytes, out WasmCallResult refused) ? call.Return(Success) : refused;
    }

    private static bool TryReadVectors(WasmHostCall call, out List<(uint At, uint Size)> vectors, out ulong total,
        out WasmCallResult refused)
    {
        vectors = [];
        total = 0;
        uint count = call.UInt32(2);
        if (count > VectorsMax)
        {
            refused = call.Return(Invalid);
            return false;
        }
        Span<byte> pair = stackalloc byte[2 * sizeof(uint)];
        for (uint i = 0; i < count; i++)
        {
            if (!call.TryReadAt(call.UInt32(1) + i * 2 * sizeof(uint), pair, out refused))
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
            vectors.Add((at, size));
            total += size;
        }
        refused = WasmCallResult.Done;
        return true;
    }
}
