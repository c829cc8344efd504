using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Granary.Vms.Evm;

/// <summary>The loop. Safe points lie between any two instructions, at any depth of calls.</summary>
internal static partial class EvmInterpreter
{
    /// <summary>Runs frames until the outermost one ends, the slice ends, or the message traps.</summary>
    public static EvmSignal Run(ref EvmRun run)
    {
        while (true)
        {
            EvmFrame frame = run.Frame;
            run.Begin(frame.Gas);
            EvmSignal signal = RunFrame(ref run, frame);
            run.Settle();
            switch (signal)
            {
                case EvmSignal.Failed:
                    if (EvmCalls.EndFailed(ref run, run.Failure) == EvmSignal.Finished)
                    {
                        return EvmSignal.Finished;
                    }
                    break;
                case EvmSignal.FrameChanged:
                    break;
                default:
                    if (signal is EvmSignal.SliceEnded)
                    {
                        frame.Gas = run.Gas;
                    }
                    return signal;
            }
        }
    }

    /// <summary>
    /// Common instructions run here, over locals; all else in <see cref="RunRare"/>, with frame and meter up to date.
    /// </summary>
    /// <remarks>
    /// Offsets into code and stack are not checked again: code is padded beyond its longest immediate, jumps go to
    /// checked places only, and the table's heights keep the stack between its base and its 1,024 words. Checked
    /// indexing took a fifth longer.
    /// </remarks>
    private static EvmSignal RunFrame(ref EvmRun run, EvmFrame frame)
    {
        EvmState state = run.State;
        EvmCode program = frame.Code;
        ref byte code = ref MemoryMarshal.GetArrayDataReference(program.Padded);
        ref EvmOpcodeInfo table = ref MemoryMarshal.GetArrayDataReference(run.Rules.Opcodes);
        ref byte stack = ref Unsafe.As<EvmWord, byte>(
            ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(state.Stack), frame.StackBase));
        ref byte memory = ref Unsafe.Add(
            ref MemoryMarshal.GetArrayDataReference(state.Memory), frame.MemoryBase);
        int pc = frame.Pc;
        nint height = frame.Height;
        int memorySize = frame.MemorySize;
        long gas = run.Gas;
        long limit = run.Limit;
        while (true)
        {
            byte op = Unsafe.Add(ref code, pc);
            ref EvmOpcodeInfo info = ref Unsafe.Add(ref table, op);
            long left = gas - info.Gas;
            if (left < limit || (nuint)(height - info.LowBytes) > (nuint)info.SpanBytes)
            {
                (frame.Pc, frame.Height, run.Gas) = (pc, (int)height, gas);
                EvmSignal stop = LookCloser(ref run, info, left);
                if (stop != EvmSignal.Next)
                {
                    return stop;
                }
            }
            gas = left;
            ref byte top = ref Unsafe.Add(ref stack, height);
            switch ((EvmOp)op)
            {
                case EvmOp.Add:
                    At(ref top, 2) = At(ref top, 1) + At(ref top, 2);
                    goto dropOne;
                case EvmOp.Mul:
                    At(ref top, 2) = At(ref top, 1) * At(ref top, 2);
                    goto dropOne;
                case EvmOp.Sub:
                    At(ref top, 2) = At(ref top, 1) - At(ref top, 2);
                    goto dropOne;
                case EvmOp.Div:
                    At(ref top, 2) = EvmDivision.Divide(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.SDiv:
                    At(ref top, 2) = EvmDivision.DivideSigned(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.Mod:
                    At(ref top, 2) = EvmDivision.Modulo(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.SMod:
                    At(ref top, 2) = EvmDivision.ModuloSigned(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.AddMod:
                    At(ref top, 3) = EvmDivision.AddModulo(At(ref top, 1), At(ref top, 2), At(ref top, 3));
                    goto dropTwo;
                case EvmOp.MulMod:
                    At(ref top, 3) = EvmDivision.MultiplyModulo(At(ref top, 1), At(ref top, 2), At(ref top, 3));
                    goto dropTwo;
                case EvmOp.SignExtend:
                    At(ref top, 2) = EvmBits.SignExtend(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.Lt:
                    SetBool(ref At(ref top, 2), At(ref top, 1) < At(ref top, 2));
                    goto dropOne;
                case EvmOp.Gt:
                    SetBool(ref At(ref top, 2), At(ref top, 2) < At(ref top, 1));
                    goto dropOne;
                case EvmOp.SLt:
                    SetBool(ref At(ref top, 2), EvmBits.LessSigned(At(ref top, 1), At(ref top, 2)));
                    goto dropOne;
                case EvmOp.SGt:
                    SetBool(ref At(ref top, 2), EvmBits.LessSigned(At(ref top, 2), At(ref top, 1)));
                    goto dropOne;
                case EvmOp.Eq:
                    SetBool(ref At(ref top, 2), At(ref top, 1).Equals(At(ref top, 2)));
                    goto dropOne;
                case EvmOp.IsZero:
                    SetBool(ref At(ref top, 1), At(ref top, 1).IsZero);
                    break;
                case EvmOp.And:
                    At(ref top, 2) = EvmBits.And(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.Or:
                    At(ref top, 2) = EvmBits.Or(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.Xor:
                    At(ref top, 2) = EvmBits.Xor(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.Not:
                    At(ref top, 1) = ~At(ref top, 1);
                    break;
                case EvmOp.Byte:
                    At(ref top, 2) = EvmBits.Byte(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.Shl:
                    At(ref top, 2) = EvmBits.ShiftLeft(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.Shr:
                    At(ref top, 2) = EvmBits.ShiftRight(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.Sar:
                    At(ref top, 2) = EvmBits.ShiftRightSigned(At(ref top, 1), At(ref top, 2));
                    goto dropOne;
                case EvmOp.Address:
                    At(ref top, 0) = frame.Address.ToWord();
                    goto push;
                case EvmOp.Caller:
                    At(ref top, 0) = frame.Caller.ToWord();
                    goto push;
                case EvmOp.CallValue:
                    At(ref top, 0) = frame.Value;
                    goto push;
                case EvmOp.CallDataLoad:
                    At(ref top, 1) = EvmInstructions.ReadInput(state, frame, At(ref top, 1));
                    break;
                case EvmOp.CallDataSize:
                    At(ref top, 0) = (ulong)frame.InputLength;
                    goto push;
                case EvmOp.Pop:
                    goto dropOne;
                case EvmOp.MLoad:
                {
                    ref EvmWord offset = ref At(ref top, 1);
                    if (!offset.IsUInt64 || (long)offset.U0 > memorySize - 32 || (long)offset.U0 < 0)
                    {
                        goto default;
                    }
                    offset = EvmWord.ReadBigEndian(ref Unsafe.Add(ref memory, (nint)offset.U0));
                    break;
                }
                case EvmOp.MStore:
                {
                    ref EvmWord offset = ref At(ref top, 1);
                    if (!offset.IsUInt64 || (long)offset.U0 > memorySize - 32 || (long)offset.U0 < 0)
                    {
                        goto default;
                    }
                    At(ref top, 2).WriteBigEndian(ref Unsafe.Add(ref memory, (nint)offset.U0));
                    goto dropTwo;
                }
                case EvmOp.Jump:
                {
                    ref EvmWord target = ref At(ref top, 1);
                    if (!program.IsJumpDestination(target))
                    {
                        (frame.Pc, frame.Height, run.Gas) = (pc, (int)height, gas);
                        return run.Fail(EvmFailure.InvalidJump);
                    }
                    pc = (int)target.U0;
                    height -= EvmWord.Bytes;
                    continue;
                }
                case EvmOp.JumpI:
                {
                    height -= 2 * EvmWord.Bytes;
                    if (At(ref top, 2).IsZero)
                    {
                        break;
                    }
                    ref EvmWord target = ref At(ref top, 1);
                    if (!program.IsJumpDestination(target))
                    {
                        (frame.Pc, frame.Height, run.Gas) = (pc, (int)height, gas);
                        return run.Fail(EvmFailure.InvalidJump);
                    }
                    pc = (int)target.U0;
                    continue;
                }
                case EvmOp.Pc:
                    At(ref top, 0) = (ulong)pc;
                    goto push;
                case EvmOp.MSize:
                    At(ref top, 0) = (ulong)memorySize;
                    goto push;
                case EvmOp.Gas:
                    At(ref top, 0) = (ulong)gas;
                    goto push;
                case EvmOp.JumpDest:
                    break;
                case EvmOp.Push0:
                    At(ref top, 0) = default;
                    goto push;
                case EvmOp.Push1:
                    At(ref top, 0) = Unsafe.Add(ref code, pc + 1);
                    pc++;
                    goto push;
                case EvmOp.Push2:
                    At(ref top, 0) = ((ulong)Unsafe.Add(ref code, pc + 1) << 8) | Unsafe.Add(ref code, pc + 2);
                    pc += 2;
                    goto push;
                case EvmOp.Push3 or EvmOp.Push4 or EvmOp.Push5 or EvmOp.Push6 or EvmOp.Push7 or EvmOp.Push8:
                {
                    int count = op - (int)EvmOp.Push1 + 1;
                    At(ref top, 0) = ReadImmediate(ref Unsafe.Add(ref code, pc + 1), count);
                    pc += count;
                    goto push;
                }
                case >= EvmOp.Push9 and <= EvmOp.Push31:
                {
                    int count = op - (int)EvmOp.Push1 + 1;
                    EvmInstructions.ReadLongImmediate(ref Unsafe.Add(ref code, pc + 1), count, ref At(ref top, 0));
                    pc += count;
                    goto push;
                }
                case EvmOp.Push32:
                    At(ref top, 0) = EvmWord.ReadBigEndian(ref Unsafe.Add(ref code, pc + 1));
                    pc += 32;
                    goto push;
                case >= EvmOp.Dup1 and <= EvmOp.Dup16:
                    At(ref top, 0) = At(ref top, op - (int)EvmOp.Dup1 + 1);
                    goto push;
                case >= EvmOp.Swap1 and <= EvmOp.Swap16:
                {
                    ref EvmWord other = ref At(ref top, op - (int)EvmOp.Swap1 + 2);
                    EvmWord held = other;
                    other = At(ref top, 1);
                    At(ref top, 1) = held;
                    break;
                }
                default:
                {
                    (frame.Pc, frame.Height, run.Gas) = (pc, (int)height, gas);
                    EvmSignal signal = RunRare(ref run, (EvmOp)op);
                    if (signal != EvmSignal.Next)
                    {
                        return signal;
                    }
                    if (run.World.HeldBytes > state.WorldBytesMax)
                    {
                        return run.Stop(TrapKind.LimitExceeded);
                    }
                    height = frame.Height;
                    memorySize = frame.MemorySize;
                    memory = ref Unsafe.Add(
                        ref MemoryMarshal.GetArrayDataReference(state.Memory), frame.MemoryBase);
                    gas = run.Gas;
                    limit = run.Limit;
                    break;
                }
            }
            pc++;
            continue;
        push:
            height += EvmWord.Bytes;
            pc++;
            continue;
        dropOne:
            height -= EvmWord.Bytes;
            pc++;
            continue;
        dropTwo:
            height -= 2 * EvmWord.Bytes;
            pc++;
        }
    }

    /// <summary>The word so many words below the top's end; 0 is the next free one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref EvmWord At(ref byte top, int depth) =>
        ref Unsafe.As<byte, EvmWord>(ref Unsafe.Add(ref top, -depth * EvmWord.Bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetBool(ref EvmWord target, bool value) => target = value ? 1UL : 0UL;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadImmediate(ref byte at, int count) =>
        System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref at))
            >> (64 - (8 * count));

    /// <summary>Why the quick check refused an instruction; Next when only the slice is about to end.</summary>
    private static EvmSignal LookCloser(ref EvmRun run, in EvmOpcodeInfo info, long left)
    {
        if (run.SliceOver)
        {
            return EvmSignal.SliceEnded;
        }
        if (info.IsUndefined)
        {
            return run.Fail(EvmFailure.InvalidOpcode);
        }
        if (run.Frame.Height < info.LowBytes)
        {
            return run.Fail(EvmFailure.StackUnderflow);
        }
        if (run.Frame.Height - info.LowBytes > info.SpanBytes)
        {
            return run.Fail(EvmFailure.StackOverflow);
        }
        return left < 0 ? run.Fail(EvmFailure.OutOfGas)
            : left < run.Hard ? run.Stop(TrapKind.OutOfGas)
            : EvmSignal.Next;
    }
}
