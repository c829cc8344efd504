namespace Granary.Vms.RiscV;

/// <content>Processes: programs that a program runs beside itself, joined by pipes.</content>
internal static partial class RiscVCkbCalls
{
    /// <summary>Cycles of every call after which another process may run.</summary>
    private const long YieldCycles = 800;

    /// <summary>Cycles of a new process, beside loading it and whether or not it comes about.</summary>
    private const long SpawnCycles = 100_000;

    /// <summary>Cycles of replacing a program, beside loading it.</summary>
    private const long ExecCycles = 75_000;

    private const ulong PlaceOfCells = 0;
    private const ulong PlaceOfWitnesses = 1;

    /// <summary>spawn(index, source, place, bounds, {argc, argv, process id, pipes}).</summary>
    private static RiscVOutcome Spawn(ref RiscVCall call)
    {
        RiscVOutcome outcome = FindProgram(ref call, out ReadOnlyMemory<byte>? file);
        if (outcome != RiscVOutcome.Done || file is not { } elf)
        {
            return outcome;
        }
        ulong options = call.Argument(4);
        RiscVMemory memory = call.Memory;
        if (!memory.TryReadUInt64(options, out ulong argc) || !memory.TryReadUInt64(options + 8, out ulong argv)
            || !memory.TryReadUInt64(options + 16, out ulong idAddress)
            || !memory.TryReadUInt64(options + 24, out ulong pipesAddress)
            || !TryReadPipes(memory, pipesAddress, out List<ulong> pipes))
        {
            return call.Fail(RiscVFault.MemOutOfBound, options);
        }
        if (!call.TryCharge(SpawnCycles + YieldCycles))
        {
            return RiscVOutcome.OutOfGas;
        }
        foreach (ulong end in pipes)
        {
            if (!Owns(ref call, end))
            {
                return Yield(ref call, InvalidFd);
            }
        }
        if (call.State.Processes.Count >= RiscVSnapshot.ProcessesFor(call.Program.Limits))
        {
            return Yield(ref call, MaxVmsSpawned);
        }
        outcome = Boot(ref call, elf, argc, argv, out RiscVHart? hart);
        if (outcome != RiscVOutcome.Done)
        {
            return outcome;
        }
        RiscVFault fault = memory.TryWriteUInt64(idAddress, call.State.NextProcess);
        if (fault != RiscVFault.None)
        {
            return call.Fail(fault, idAddress);
        }
        RiscVProcess child = new(call.State.NextProcess++, hart!) { HasOwnCode = true, Inherited = [.. pipes] };
        if (!RiscVScheduler.TryMakeRoom(ref call))
        {
            return RiscVOutcome.OutOfGas;
        }
        foreach (ulong end in pipes)
        {
            call.State.Pipes[end] = child.Id;
        }
        call.State.Processes.Add(child);
        return RiscVScheduler.TryInstantiate(ref call, call.Process, call.Process)
            ? Yield(ref call, Success)
            : RiscVOutcome.OutOfGas;
    }

    /// <summary>exec(index, source, place, bounds, argc, argv): the program goes on as another one.</summary>
    private static RiscVOutcome Exec(ref RiscVCall call)
    {
        RiscVOutcome outcome = FindProgram(ref call, out ReadOnlyMemory<byte>? file);
        if (outcome != RiscVOutcome.Done || file is not { } elf)
        {
            return outcome;
        }
        if (!call.TryCharge(ExecCycles))
        {
            return RiscVOutcome.OutOfGas;
        }
        outcome = Boot(ref call, elf, call.Argument(4), call.Argument(5), out RiscVHart? hart);
        if (outcome != RiscVOutcome.Done)
        {
            return outcome;
        }
        call.Process.Hart = hart!;
        call.Process.HasOwnCode = true;
        return RiscVOutcome.Replaced;
    }

    /// <summary>wait(process, address of the exit code).</summary>
    private static RiscVOutcome Wait(ref RiscVCall call)
    {
        if (!call.TryCharge(YieldCycles))
        {
            return RiscVOutcome.OutOfGas;
        }
        ulong target = call.Argument(0);
        ulong answer = call.Argument(1);
        if (call.State.Ended.TryGetValue(target, out byte code))
        {
            RiscVFault fault = call.Memory.TryWrite(answer, [code]);
            if (fault != RiscVFault.None)
            {
                return call.Fail(fault, answer);
            }
            call.State.Ended.Remove(target);
            return Yield(ref call, Success);
        }
        if (!call.State.Processes.Exists(p => p.Id == target))
        {
            return Yield(ref call, WaitFailure);
        }
        (call.Process.Wait, call.Process.Target, call.Process.Answer) = (RiscVWait.Process, target, answer);
        return RiscVOutcome.Yield;
    }

    /// <summary>pipe(address of the two ends).</summary>
    private static RiscVOutcome Pipe(ref RiscVCall call)
    {
        if (!call.TryCharge(YieldCycles))
        {
            return RiscVOutcome.OutOfGas;
        }
        if (call.State.Pipes.Count >= RiscVPipes.EndsMax)
        {
            return Yield(ref call, MaxFdsCreated);
        }
        ulong address = call.Argument(0);
        ulong reader = call.State.NextPipe;
        RiscVFault fault = call.Memory.TryWriteUInt64(address, reader);
        if (fault == RiscVFault.None)
        {
            fault = call.Memory.TryWriteUInt64(address + 8, RiscVPipes.Other(reader));
        }
        if (fault != RiscVFault.None)
        {
            return call.Fail(fault, address);
        }
        call.State.NextPipe += 2;
        call.State.Pipes[reader] = call.Process.Id;
        call.State.Pipes[RiscVPipes.Other(reader)] = call.Process.Id;
        return Yield(ref call, Success);
    }

    private static RiscVOutcome Write(ref RiscVCall call) => Transfer(ref call, RiscVWait.Write);

    private static RiscVOutcome Read(ref RiscVCall call) => Transfer(ref call, RiscVWait.Read);

    /// <summary>read or write(end, buffer, address of the length).</summary>
    private static RiscVOutcome Transfer(ref RiscVCall call, RiscVWait wait)
    {
        ulong end = call.Argument(0);
        ulong lengthAddress = call.Argument(2);
        if (!call.Memory.TryReadUInt64(lengthAddress, out ulong length))
        {
            return call.Fail(RiscVFault.MemOutOfBound, lengthAddress);
        }
        if (RiscVPipes.IsReader(end) != (wait == RiscVWait.Read))
        {
            return call.Return(InvalidFd);
        }
        if (!call.TryCharge(YieldCycles))
        {
            return RiscVOutcome.OutOfGas;
        }
        if (!Owns(ref call, end))
        {
            return Yield(ref call, InvalidFd);
        }
        if (!call.State.Pipes.ContainsKey(RiscVPipes.Other(end)))
        {
            return Yield(ref call, OtherEndClosed);
        }
        RiscVProcess process = call.Process;
        (process.Wait, process.Target, process.Done) = (wait, end, 0);
        (process.Buffer, process.Length, process.Answer) = (call.Argument(1), length, lengthAddress);
        return RiscVOutcome.Yield;
    }

    /// <summary>inherited_fds(buffer, address of the length): the length counts ends.</summary>
    private static RiscVOutcome InheritedFds(ref RiscVCall call)
    {
        if (!call.TryCharge(YieldCycles))
        {
            return RiscVOutcome.OutOfGas;
        }
        ulong address = call.Argument(1);
        if (!call.Memory.TryReadUInt64(address, out ulong room))
        {
            return call.Fail(RiscVFault.MemOutOfBound, address);
        }
        ulong[] ends = call.Process.Inherited;
        RiscVFault fault = RiscVFault.None;
        for (ulong i = 0; fault == RiscVFault.None && i < Math.Min(room, (ulong)ends.Length); i++)
        {
            fault = call.Memory.TryWriteUInt64(call.Argument(0) + (8 * i), ends[i]);
        }
        if (fault == RiscVFault.None)
        {
            fault = call.Memory.TryWriteUInt64(address, (ulong)ends.Length);
        }
        return fault == RiscVFault.None ? Yield(ref call, Success) : call.Fail(fault, address);
    }

    private static RiscVOutcome Close(ref RiscVCall call)
    {
        if (!call.TryCharge(YieldCycles))
        {
            return RiscVOutcome.OutOfGas;
        }
        ulong end = call.Argument(0);
        return Owns(ref call, end) && call.State.Pipes.Remove(end)
            ? Yield(ref call, Success)
            : Yield(ref call, InvalidFd);
    }

    /// <summary>
    /// The file that index, source, place and bounds in a0 to a3 name; null when a0 says why there is none.
    /// </summary>
    private static RiscVOutcome FindProgram(ref RiscVCall call, out ReadOnlyMemory<byte>? file)
    {
        file = null;
        if (!TryParseSource(call.Argument(1), out CellSource source, out bool group)
            || call.Argument(2) is not (PlaceOfCells or PlaceOfWitnesses))
        {
            return call.Fail(RiscVFault.InvalidArgument, call.Argument(1));
        }
        ReadOnlyMemory<byte>? data = null;
        if (call.Argument(2) == PlaceOfCells)
        {
            RiscVOutcome outcome = GetCell(ref call, source, group, call.Argument(0), out data);
            if (outcome != RiscVOutcome.Done)
            {
                return outcome;
            }
        }
        else if (source is CellSource.Input or CellSource.Output && call.Argument(0) == 0)
        {
            data = call.State.Message.Payload;
        }
        if (data is not { } found)
        {
            return call.Return(IndexOutOfBound);
        }
        ulong offset = call.Argument(3) >> 32;
        ulong length = (uint)call.Argument(3);
        if (offset >= (ulong)found.Length || offset + length > (ulong)found.Length)
        {
            return call.Return(SliceOutOfBound);
        }
        file = length == 0 ? found[(int)offset..] : found.Slice((int)offset, (int)length);
        return RiscVOutcome.Done;
    }

    /// <summary>A hart with a program and its arguments, paid for.</summary>
    private static RiscVOutcome Boot(
        ref RiscVCall call, ReadOnlyMemory<byte> file, ulong argc, ulong argv, out RiscVHart? hart)
    {
        hart = null;
        if (!TryReadArguments(call.Memory, argc, argv, out List<ReadOnlyMemory<byte>> arguments))
        {
            return call.Fail(RiscVFault.MemOutOfBound, argv);
        }
        if (!call.Gas.TryCharge(RiscVGas.NewProcess(file.Length)))
        {
            return RiscVOutcome.OutOfGas;
        }
        long loadedBytes;
        try
        {
            RiscVImage image = RiscVElf.Load(file.Span, call.Hart.Profile, RiscVProfile.CkbMemoryBytes);
            hart = image.StartAlone();
            loadedBytes = image.LoadedBytes;
        }
        catch (InvalidCodeException)
        {
            return call.Fail(RiscVFault.InvalidElf, call.Argument(0));
        }
        long stackBytes = RiscVStack.Fill(hart, arguments);
        if (stackBytes < 0)
        {
            return call.Fail(RiscVFault.MemOutOfStack, argv);
        }
        return call.TryCharge(RiscVGas.Bytes(loadedBytes + stackBytes)) ? RiscVOutcome.Done : RiscVOutcome.OutOfGas;
    }

    private static bool TryReadArguments(
        RiscVMemory memory, ulong argc, ulong argv, out List<ReadOnlyMemory<byte>> arguments)
    {
        arguments = [];
        long bytes = 0;
        for (ulong i = 0; i < argc; i++)
        {
            if (!memory.TryReadUInt64(argv + (8 * i), out ulong address)
                || !TryFindString(memory, address, out ReadOnlySpan<byte> text))
            {
                return false;
            }
            arguments.Add(text.ToArray());
            bytes += text.Length + 1 + sizeof(ulong);
            if (bytes > memory.Bytes.Length)
            {
                // Too long for any stack, which is for the stack to say.
                break;
            }
        }
        return true;
    }

    private static bool TryReadPipes(RiscVMemory memory, ulong address, out List<ulong> pipes)
    {
        pipes = [];
        while (address != 0 && pipes.Count <= RiscVPipes.EndsMax)
        {
            if (!memory.TryReadUInt64(address, out ulong end))
            {
                return false;
            }
            if (end == 0)
            {
                break;
            }
            pipes.Add(end);
            address += sizeof(ulong);
        }
        return true;
    }

    private static bool Owns(ref RiscVCall call, ulong end) =>
        call.State.Pipes.TryGetValue(end, out ulong owner) && owner == call.Process.Id;

    private static RiscVOutcome Yield(ref RiscVCall call, ulong value)
    {
        call.Return(value);
        return RiscVOutcome.Yield;
    }
}
