using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Granary.Vms.Wasm;

/// <summary>
/// WASI preview 1, what a program is told and how it ends: arguments, environment, clock, randomness, exit. All of it
/// comes from the message, its recorded time, the kernel's state and its reproducible randomness.
/// </summary>
internal static class WasiProcessCalls
{
    private const ulong NanosecondsPerMillisecond = 1_000_000;
    private const uint ClocksMax = 4;

    private static ReadOnlySpan<byte> ArgumentsKey => "wasi/args"u8;

    private static ReadOnlySpan<byte> EnvironmentKey => "wasi/env"u8;

    public static WasmCallResult ArgsSizesGet(WasmHostCall call) =>
        GiveSizes(call, Arguments(call, out byte[] texts), texts);

    public static WasmCallResult ArgsGet(WasmHostCall call) =>
        GiveTexts(call, Arguments(call, out byte[] texts), texts);

    public static WasmCallResult EnvironSizesGet(WasmHostCall call) =>
        GiveSizes(call, ReadTexts(call, EnvironmentKey, out byte[] texts), texts);

    public static WasmCallResult EnvironGet(WasmHostCall call) =>
        GiveTexts(call, ReadTexts(call, EnvironmentKey, out byte[] texts), texts);

    /// <summary>What the kernel's state says, else the one that programs expect: what was called.</summary>
    private static WasiErrno Arguments(WasmHostCall call, out byte[] texts)
    {
        WasiErrno error = ReadTexts(call, ArgumentsKey, out texts);
        if (error == WasiErrno.Success && texts.Length == 0)
        {
            texts = [.. Encoding.UTF8.GetBytes(call.Session.Entry), 0];
        }
        return error;
    }

    /// <summary>Texts one after the other, each with a zero behind it.</summary>
    private static WasiErrno ReadTexts(WasmHostCall call, ReadOnlySpan<byte> key, out byte[] texts)
    {
        WasiErrno error = call.Files.Store.Get(key, out ReadOnlyMemory<byte> value);
        texts = value.ToArray();
        bool whole = value.IsEmpty || value.Span[^1] == 0;
        return error is not (WasiErrno.Success or WasiErrno.NoEntry) ? error
            : whole && value.Length <= WasiLimits.TextBytesMax ? WasiErrno.Success : WasiErrno.Broken;
    }

    private static WasmCallResult GiveSizes(WasmHostCall call, WasiErrno error, byte[] texts)
    {
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        // The first answer takes the place of the arguments.
        uint size = call.UInt32(1);
        WasmCallResult count = call.WriteInt(call.UInt32(0), (uint)texts.Count(b => b == 0));
        return count == WasmCallResult.Done ? call.WriteInt(size, (uint)texts.Length) : count;
    }

    private static WasmCallResult GiveTexts(WasmHostCall call, WasiErrno error, byte[] texts)
    {
        if (error != WasiErrno.Success)
        {
            return call.Finish(error);
        }
        (uint pointers, uint at) = (call.UInt32(0), call.UInt32(1));
        byte[] starts = new byte[texts.Count(b => b == 0) * sizeof(uint)];
        for (int i = 0, text = 0; i < texts.Length; i++)
        {
            if (i == 0 || texts[i - 1] == 0)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(starts.AsSpan(sizeof(uint) * text++), at + (uint)i);
            }
        }
        return call.TryWriteAt(pointers, starts, out WasmCallResult refused) ? call.WriteAll(at, texts) : refused;
    }

    public static WasmCallResult ClockResGet(WasmHostCall call) => call.UInt32(0) < ClocksMax
        ? call.WriteLong(call.UInt32(1), NanosecondsPerMillisecond)
        : call.Finish(WasiErrno.Invalid);

    /// <summary>Every clock is the recorded time of the input that is handled.</summary>
    public static WasmCallResult ClockTimeGet(WasmHostCall call)
    {
        if (call.UInt32(0) >= ClocksMax)
        {
            return call.Finish(WasiErrno.Invalid);
        }
        WasiErrno error = call.Files.Store.Now(out ulong now);
        return error == WasiErrno.Success ? call.WriteLong(call.UInt32(2), now) : call.Finish(error);
    }

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
        return call.Finish(WasiErrno.Success);
    }

    public static WasmCallResult SchedYield(WasmHostCall call) => call.Finish(WasiErrno.Success);

    /// <summary>There are no signals.</summary>
    public static WasmCallResult ProcRaise(WasmHostCall call) => call.Finish(WasiErrno.NotImplemented);

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
}
