using System.Buffers.Binary;

namespace Granary.Vms.Wasm;

/// <summary>WASI preview 1: <c>poll_oneoff</c>. Files and streams are always ready; clocks are slept for.</summary>
internal static class WasiPoll
{
    private const int SubscriptionBytes = 48;
    private const int EventBytes = 32;
    private const uint SubscriptionsMax = 1_024;
    private const byte Clock = 0;
    private const byte Writing = 2;
    private const ulong NanosecondsPerMillisecond = 1_000_000;

    public static WasmCallResult PollOneoff(WasmHostCall call)
    {
        uint count = call.UInt32(2);
        if (count is 0 or > SubscriptionsMax)
        {
            return call.Finish(WasiErrno.Invalid);
        }
        byte[] subscriptions = new byte[count * SubscriptionBytes];
        if (!call.TryReadAt(call.UInt32(0), subscriptions, out WasmCallResult refused))
        {
            return refused;
        }
        WasiErrno error = call.Files.Store.Now(out ulong now);
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        List<byte> events = [];
        List<(ulong Wait, byte[] Event)> clocks = [];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> next = subscriptions.AsSpan(i * SubscriptionBytes, SubscriptionBytes);
            switch (next[8])
            {
                case Clock:
                    clocks.Add((WaitOf(next, now), EventOf(next, WasiErrno.Success, 0)));
                    break;
                case <= Writing:
                    error = Look(call, next, out ulong ready);
                    if (error >= WasiErrno.OutOfGas)
                    {
                        return call.Finish(error);
                    }
                    events.AddRange(EventOf(next, error, ready));
                    break;
                default:
                    return call.Finish(WasiErrno.Invalid);
            }
        }
        ulong wait = events.Count > 0 ? 0 : clocks.Min(c => c.Wait);
        events.AddRange(clocks.Where(c => c.Wait <= wait).SelectMany(c => c.Event));
        if (!call.TryWriteAt(call.UInt32(1), events.ToArray(), out refused))
        {
            return refused;
        }
        WasmCallResult told = call.WriteInt(call.UInt32(3), (uint)(events.Count / EventBytes));
        return told == WasmCallResult.Done && wait > 0
            ? call.Suspend(WasmWait.Poll, (long)Math.Min(wait, long.MaxValue))
            : told;
    }

    /// <summary>Milliseconds to wait, rounded up: a program that waits for a time finds that it has come.</summary>
    private static ulong WaitOf(ReadOnlySpan<byte> subscription, ulong now)
    {
        ulong timeout = BinaryPrimitives.ReadUInt64LittleEndian(subscription[24..]);
        bool absolute = (subscription[40] & 1) != 0;
        ulong nanoseconds = absolute ? timeout - Math.Min(timeout, now) : timeout;
        return nanoseconds / NanosecondsPerMillisecond + (nanoseconds % NanosecondsPerMillisecond == 0 ? 0UL : 1UL);
    }

    /// <summary>How much can be read; that a descriptor is none is told in its event.</summary>
    private static WasiErrno Look(WasmHostCall call, ReadOnlySpan<byte> subscription, out ulong ready)
    {
        ready = 0;
        WasiErrno error = call.Files.Find(
            BinaryPrimitives.ReadUInt32LittleEndian(subscription[16..]), out WasiDescriptor descriptor);
        if (error != WasiErrno.Success || subscription[8] == Writing)
        {
            return error;
        }
        if (descriptor.IsStream)
        {
            ready = (ulong)(call.Session.Payload.Length - call.Session.InputRead);
            return descriptor.Stream == 0 ? WasiErrno.Success : WasiErrno.NotCapable;
        }
        error = call.Files.Store.Read(descriptor.Inode, out WasiInode inode);
        ready = inode.Size - Math.Min(inode.Size, descriptor.Offset);
        return error;
    }

    private static byte[] EventOf(ReadOnlySpan<byte> subscription, WasiErrno error, ulong ready)
    {
        byte[] happened = new byte[EventBytes];
        subscription[..8].CopyTo(happened);
        BinaryPrimitives.WriteUInt16LittleEndian(happened.AsSpan(8), (ushort)error);
        happened[10] = subscription[8];
        BinaryPrimitives.WriteUInt64LittleEndian(happened.AsSpan(16), ready);
        return happened;
    }
}
