using System.Runtime.InteropServices;

namespace Granary.Vms.Evm;

/// <summary>Bodies of the instructions that are too long or too rare for the loop.</summary>
internal static partial class EvmInstructions
{
    private static EvmWord WordBytes => EvmWord.Bytes;

    public static EvmSignal MLoad(ref EvmRun run)
    {
        if (!run.TryExpand(run.Peek(), WordBytes, out EvmSignal signal))
        {
            return signal;
        }
        ref EvmWord top = ref run.Peek();
        top = EvmWord.FromBytes(run.Region(top, WordBytes));
        return EvmSignal.Next;
    }

    public static EvmSignal MStore(ref EvmRun run)
    {
        if (!run.TryExpand(run.Peek(), WordBytes, out EvmSignal signal))
        {
            return signal;
        }
        run.Peek(1).WriteTo(run.Region(run.Peek(), WordBytes));
        run.Drop(2);
        return EvmSignal.Next;
    }

    public static EvmSignal MStore8(ref EvmRun run)
    {
        if (!run.TryExpand(run.Peek(), EvmWord.One, out EvmSignal signal))
        {
            return signal;
        }
        run.Region(run.Peek(), EvmWord.One)[0] = (byte)run.Peek(1).U0;
        run.Drop(2);
        return EvmSignal.Next;
    }

    public static EvmSignal MCopy(ref EvmRun run)
    {
        EvmWord to = run.Peek();
        EvmWord from = run.Peek(1);
        EvmWord length = run.Peek(2);
        if (!run.TryExpand(to, length, from, length, out EvmSignal signal)
            || !run.TryCharge(CopyGas(length), out signal))
        {
            return signal;
        }
        run.Region(from, length).CopyTo(run.Region(to, length));
        run.Drop(3);
        return EvmSignal.Next;
    }

    public static EvmSignal Keccak256(ref EvmRun run)
    {
        ref EvmWord offset = ref run.Peek();
        ref EvmWord length = ref run.Peek(1);
        if (!run.TryExpand(offset, length, out EvmSignal signal)
            || !run.TryCharge(EvmGas.KeccakWord * EvmGas.Words(length.U0), out signal))
        {
            return signal;
        }
        length = EvmKeccak.Hash(run.Region(offset, length));
        run.Drop(1);
        return EvmSignal.Next;
    }

    public static EvmSignal CallDataCopy(ref EvmRun run)
    {
        if (!TryPrepareCopy(ref run, out EvmSignal signal))
        {
            return signal;
        }
        EvmFrame frame = run.Frame;
        Copy(ref run, run.State.Memory.AsSpan(frame.InputOffset, frame.InputLength));
        return EvmSignal.Next;
    }

    public static EvmSignal CodeCopy(ref EvmRun run)
    {
        if (!TryPrepareCopy(ref run, out EvmSignal signal))
        {
            return signal;
        }
        Copy(ref run, run.Frame.Code.Bytes);
        return EvmSignal.Next;
    }

    public static EvmSignal ReturnDataCopy(ref EvmRun run)
    {
        EvmWord from = run.Peek(1);
        EvmWord length = run.Peek(2);
        if (!EvmWord.TryAdd(from, length, out EvmWord end) || end > (ulong)run.State.ReturnDataLength)
        {
            return run.Fail(EvmFailure.ReturnDataOutOfBounds);
        }
        if (!TryPrepareCopy(ref run, out EvmSignal signal))
        {
            return signal;
        }
        Copy(ref run, run.State.ReturnData);
        return EvmSignal.Next;
    }

    public static EvmSignal ExtCodeCopy(ref EvmRun run)
    {
        EvmAddress address = EvmAddress.FromWord(run.Peek());
        if (!run.TryExpand(run.Peek(1), run.Peek(3), out EvmSignal signal)
            || !run.TryCharge(CopyGas(run.Peek(3)), out signal)
            || !run.TryAccess(address, EvmGas.ColdAccount - EvmGas.WarmAccess, out int account, out signal)
            || !run.TryLoadCode(account, out signal))
        {
            return signal;
        }
        run.Drop(1);
        Copy(ref run, run.World.Accounts[account].Code!.Bytes);
        return EvmSignal.Next;
    }

    /// <summary>A word of the input; what is beyond its end reads as zeros.</summary>
    public static EvmWord ReadInput(EvmState state, EvmFrame frame, in EvmWord offset)
    {
        if (!offset.IsUInt64 || offset.U0 >= (ulong)frame.InputLength)
        {
            return EvmWord.Zero;
        }
        int from = (int)offset.U0;
        ReadOnlySpan<byte> rest = state.Memory.AsSpan(frame.InputOffset + from, frame.InputLength - from);
        if (rest.Length >= EvmWord.Bytes)
        {
            return EvmWord.ReadBigEndian(ref MemoryMarshal.GetReference(rest));
        }
        Span<byte> padded = stackalloc byte[EvmWord.Bytes];
        padded.Clear();
        rest.CopyTo(padded);
        return EvmWord.FromBytes(padded);
    }

    /// <summary>Reads 9 to 31 bytes of code; 32 may be read, for code is padded.</summary>
    public static void ReadLongImmediate(ref byte at, int count, ref EvmWord target)
    {
        EvmWord all = EvmWord.ReadBigEndian(ref at);
        target = EvmBits.ShiftRight((ulong)(8 * (EvmWord.Bytes - count)), all);
    }

    /// <summary>Pays for a copy whose operands are: to, from, length.</summary>
    private static bool TryPrepareCopy(ref EvmRun run, out EvmSignal signal) =>
        run.TryExpand(run.Peek(), run.Peek(2), out signal) && run.TryCharge(CopyGas(run.Peek(2)), out signal);

    /// <summary>Of a length that the memory holds: whoever charges first has expanded.</summary>
    private static long CopyGas(in EvmWord length) => EvmGas.Copy * EvmGas.Words(length.U0);

    /// <summary>Copies by the operands to, from, length; what is beyond the source reads as zeros.</summary>
    private static void Copy(ref EvmRun run, ReadOnlySpan<byte> source)
    {
        Span<byte> target = run.Region(run.Peek(), run.Peek(2));
        ulong from = run.Peek(1).Saturated;
        int copied = 0;
        if (from < (ulong)source.Length)
        {
            copied = Math.Min(target.Length, source.Length - (int)from);
            source.Slice((int)from, copied).CopyTo(target);
        }
        target[copied..].Clear();
        run.Drop(3);
    }
}
